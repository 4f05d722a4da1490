/** Data keys, data key pairs and random bytes. */
import { answers, type Case, refuses, words } from "../case.ts";

const KeySpec = "AES_256" as const;
const KeyPairSpec = "ECC_NIST_P256" as const;
const neitherOrBoth = {
  code: "ValidationException",
  message: "Please specify either number of bytes or key spec.",
};

export const dataKeyCases: readonly Case[] = [
  answers(
    "GenerateDataKey",
    "of 256 bits",
    "CiphertextBlob KeyId KeyMaterialId Plaintext",
    async (world) =>
      await world.kms.generateDataKey({ KeyId: await world.key("symmetric"), KeySpec }),
  ),
  refuses(
    "GenerateDataKey",
    "of no length",
    neitherOrBoth,
    async (world) => await world.kms.generateDataKey({ KeyId: await world.key("symmetric") }),
  ),
  refuses(
    "GenerateDataKey",
    "of two lengths",
    neitherOrBoth,
    async (world) =>
      await world.kms.generateDataKey({
        KeyId: await world.key("symmetric"),
        KeySpec,
        NumberOfBytes: 32,
      }),
  ),
  refuses(
    "GenerateDataKey",
    "of 1,025 bytes",
    words.constraint("numberOfBytes", "Member must have value less than or equal to 1024"),
    async (world) =>
      await world.kms.generateDataKey({
        KeyId: await world.key("symmetric"),
        NumberOfBytes: 1_025,
      }),
  ),
  refuses(
    "GenerateDataKey",
    "with a key for MACs",
    words.usage("GenerateDataKey"),
    async (world) => await world.kms.generateDataKey({ KeyId: await world.key("mac"), KeySpec }),
  ),
  refuses(
    "GenerateDataKey",
    "with an RSA key",
    "InvalidKeyUsageException",
    async (world) => await world.kms.generateDataKey({ KeyId: await world.key("rsa"), KeySpec }),
  ),
  refuses(
    "GenerateDataKey",
    "with a disabled key",
    words.disabled,
    async (world) =>
      await world.kms.generateDataKey({ KeyId: await world.key("disabled"), KeySpec }),
  ),
  refuses(
    "GenerateDataKey",
    "dry",
    words.dryRun,
    async (world) =>
      await world.kms.generateDataKey({
        KeyId: await world.key("symmetric"),
        KeySpec,
        DryRun: true,
      }),
  ),
  answers(
    "GenerateDataKeyWithoutPlaintext",
    "of 16 bytes",
    "CiphertextBlob KeyId KeyMaterialId",
    async (world) =>
      await world.kms.generateDataKeyWithoutPlaintext({
        KeyId: await world.key("symmetric"),
        NumberOfBytes: 16,
      }),
  ),
  refuses(
    "GenerateDataKeyWithoutPlaintext",
    "with a key that is pending deletion",
    words.pendingDeletion,
    async (world) =>
      await world.kms.generateDataKeyWithoutPlaintext({
        KeyId: await world.key("pendingDeletion"),
        KeySpec,
      }),
  ),
  answers(
    "GenerateDataKeyPair",
    "of P-256",
    "KeyId KeyMaterialId KeyPairSpec PrivateKeyCiphertextBlob PrivateKeyPlaintext PublicKey",
    async (world) =>
      await world.kms.generateDataKeyPair({ KeyId: await world.key("symmetric"), KeyPairSpec }),
  ),
  refuses(
    "GenerateDataKeyPair",
    "of a spec that does not exist",
    words.constraint("keyPairSpec", "Member must satisfy enum value set: "),
    async (world) =>
      await world.kms.generateDataKeyPair({
        KeyId: await world.key("symmetric"),
        KeyPairSpec: "RSA_1024" as "RSA_2048",
      }),
  ),
  refuses(
    "GenerateDataKeyPair",
    "with a key for signing",
    words.usage("GenerateDataKeyPair"),
    async (world) =>
      await world.kms.generateDataKeyPair({ KeyId: await world.key("signing"), KeyPairSpec }),
  ),
  answers(
    "GenerateDataKeyPairWithoutPlaintext",
    "of P-256",
    "KeyId KeyMaterialId KeyPairSpec PrivateKeyCiphertextBlob PublicKey",
    async (world) =>
      await world.kms.generateDataKeyPairWithoutPlaintext({
        KeyId: await world.key("symmetric"),
        KeyPairSpec,
      }),
  ),
  refuses(
    "GenerateDataKeyPairWithoutPlaintext",
    "with a disabled key",
    words.disabled,
    async (world) =>
      await world.kms.generateDataKeyPairWithoutPlaintext({
        KeyId: await world.key("disabled"),
        KeyPairSpec,
      }),
  ),
  answers(
    "GenerateRandom",
    "32 bytes",
    "Plaintext",
    async ({ kms }) => await kms.generateRandom({ NumberOfBytes: 32 }),
  ),
  refuses(
    "GenerateRandom",
    "of no length",
    { code: "ValidationException", message: "NumberOfBytes is required." },
    async ({ kms }) => await kms.generateRandom({}),
  ),
  refuses(
    "GenerateRandom",
    "0 bytes",
    words.constraint("numberOfBytes", "Member must have value greater than or equal to 1"),
    async ({ kms }) => await kms.generateRandom({ NumberOfBytes: 0 }),
  ),
  refuses(
    "GenerateRandom",
    "from a custom key store that is not there",
    "CustomKeyStoreNotFoundException",
    async ({ kms }) =>
      await kms.generateRandom({ NumberOfBytes: 8, CustomKeyStoreId: "cks-00000000000000000" }),
  ),
];
