/** Rotation of key material. */
import { answers, type Case, refuses, words } from "../case.ts";

const withoutAWord = { code: "UnsupportedOperationException", message: "" };

export const rotationCases: readonly Case[] = [
  answers(
    "EnableKeyRotation",
    "of a symmetric key",
    "",
    async (world) => await world.kms.enableKeyRotation({ KeyId: await world.newKey() }),
  ),
  refuses(
    "EnableKeyRotation",
    "every 89 days",
    words.constraint("rotationPeriodInDays", "Member must have value greater than or equal to 90"),
    async (world) =>
      await world.kms.enableKeyRotation({
        KeyId: await world.key("symmetric"),
        RotationPeriodInDays: 89,
      }),
  ),
  refuses(
    "EnableKeyRotation",
    "of a key for signing",
    "UnsupportedOperationException",
    async (world) => await world.kms.enableKeyRotation({ KeyId: await world.key("signing") }),
  ),
  refuses(
    "EnableKeyRotation",
    "of a disabled key",
    words.disabled,
    async (world) => await world.kms.enableKeyRotation({ KeyId: await world.key("disabled") }),
  ),
  refuses(
    "EnableKeyRotation",
    "of a key for imported key material",
    words.origin,
    async (world) => await world.kms.enableKeyRotation({ KeyId: await world.key("external") }),
  ),
  answers(
    "DisableKeyRotation",
    "where it is not enabled",
    "",
    async (world) => await world.kms.disableKeyRotation({ KeyId: await world.key("symmetric") }),
  ),
  answers(
    "GetKeyRotationStatus",
    "where it is not enabled",
    "KeyId KeyRotationEnabled",
    async (world) => await world.kms.getKeyRotationStatus({ KeyId: await world.key("symmetric") }),
  ),
  answers(
    "GetKeyRotationStatus",
    "where it is enabled",
    "KeyId KeyRotationEnabled NextRotationDate RotationPeriodInDays",
    async (world) => {
      const KeyId = await world.newKey();
      await world.kms.enableKeyRotation({ KeyId });
      return await world.kms.getKeyRotationStatus({ KeyId });
    },
  ),
  answers(
    "RotateKeyOnDemand",
    "of a symmetric key",
    "KeyId",
    async (world) => await world.kms.rotateKeyOnDemand({ KeyId: await world.newKey() }),
  ),
  refuses(
    "RotateKeyOnDemand",
    "of an RSA key",
    withoutAWord,
    async (world) => await world.kms.rotateKeyOnDemand({ KeyId: await world.key("rsa") }),
  ),
  refuses(
    "RotateKeyOnDemand",
    "of a disabled key",
    words.disabled,
    async (world) => await world.kms.rotateKeyOnDemand({ KeyId: await world.key("disabled") }),
  ),
  answers(
    "ListKeyRotations",
    "of a key never rotated",
    "Rotations Truncated",
    async (world) => await world.kms.listKeyRotations({ KeyId: await world.key("symmetric") }),
  ),
  refuses(
    "ListKeyRotations",
    "of a key for signing",
    "UnsupportedOperationException",
    async (world) => await world.kms.listKeyRotations({ KeyId: await world.key("signing") }),
  ),
];
