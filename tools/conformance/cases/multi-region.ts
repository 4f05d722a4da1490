/** Multi-Region keys. */
import { type Case, refuses } from "../case.ts";

const notPrimary = {
  code: "UnsupportedOperationException",
  message: /^arn:\S+ is not a multi-region primary key\.$/,
};

export const multiRegionCases: readonly Case[] = [
  refuses(
    "ReplicateKey",
    "of a single-Region key",
    notPrimary,
    async (world) =>
      await world.kms.replicateKey({
        KeyId: await world.key("symmetric"),
        ReplicaRegion: "eu-west-1",
      }),
  ),
  refuses(
    "ReplicateKey",
    "to a place that is no Region",
    "ValidationException",
    async (world) =>
      await world.kms.replicateKey({
        KeyId: await world.key("multiRegion"),
        ReplicaRegion: "NOWHERE",
      }),
  ),
  refuses(
    "UpdatePrimaryRegion",
    "of a single-Region key",
    "UnsupportedOperationException",
    async (world) =>
      await world.kms.updatePrimaryRegion({
        KeyId: await world.key("symmetric"),
        PrimaryRegion: "eu-west-1",
      }),
  ),
];
