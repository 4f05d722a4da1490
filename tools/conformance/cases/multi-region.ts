/** Multi-Region keys. */
import { answers, type Case, refuses } from "../case.ts";
import type { World } from "../world.ts";

const notPrimary = {
  code: "UnsupportedOperationException",
  message: /^arn:\S+ is not a multi-region primary key\.$/,
};

/** A key of the case's own, with a replica. */
async function replicated(world: World): Promise<string> {
  const KeyId = await world.newKey({ MultiRegion: true });
  await world.newReplica(KeyId);
  return KeyId;
}

export const multiRegionCases: readonly Case[] = [
  answers(
    "ReplicateKey",
    "of a multi-Region key",
    "ReplicaKeyMetadata ReplicaPolicy",
    async (world) => await world.replicate(await world.newKey({ MultiRegion: true })),
  ),
  refuses("ReplicateKey", "to where it has a replica", "AlreadyExistsException", async (world) => {
    const KeyId = await replicated(world);
    return await world.kms.replicateKey({ KeyId, ReplicaRegion: world.otherRegion });
  }),
  refuses("ReplicateKey", "of a replica", notPrimary, async (world) => {
    const KeyId = await replicated(world);
    return await world.elsewhere.replicateKey({ KeyId, ReplicaRegion: "ap-south-1" });
  }),
  answers(
    "Decrypt",
    "in the Region of a replica",
    "EncryptionAlgorithm KeyId KeyMaterialId Plaintext",
    async (world) => {
      const KeyId = await replicated(world);
      const Plaintext = Buffer.from("a plaintext");
      const { CiphertextBlob } = await world.kms.encrypt({ KeyId, Plaintext });
      return await world.elsewhere.decrypt({ CiphertextBlob });
    },
  ),
  answers(
    "ScheduleKeyDeletion",
    "of a key with a replica",
    "KeyId KeyState PendingWindowInDays",
    async (world) => await world.kms.scheduleKeyDeletion({ KeyId: await replicated(world) }),
  ),
  answers(
    "UpdatePrimaryRegion",
    "to the Region of a replica",
    "",
    async (world) =>
      await world.kms.updatePrimaryRegion({
        KeyId: await replicated(world),
        PrimaryRegion: world.otherRegion,
      }),
  ),
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
