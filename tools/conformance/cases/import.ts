/** Imported key material. */
import { constants, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { answers, type Case, refuses, words } from "../case.ts";
import type { World } from "../world.ts";

const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;

async function parameters(world: World, KeyId: string) {
  return await world.kms.getParametersForImport({ KeyId, ...wrapping });
}

/** Key material for a key, wrapped as AWS documents it. */
async function wrapped(world: World, KeyId: string, lengthBytes = 32) {
  const { ImportToken, PublicKey = new Uint8Array() } = await parameters(world, KeyId);
  const key = createPublicKey({ key: Buffer.from(PublicKey), type: "spki", format: "der" });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const material = randomBytes(lengthBytes);
  const EncryptedKeyMaterial = publicEncrypt({ key, padding, oaepHash: "sha256" }, material);
  return { KeyId, ImportToken, EncryptedKeyMaterial };
}

const forEver = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" } as const;

/** A key with imported key material. */
async function imported(world: World) {
  const KeyId = await world.newKey({ Origin: "EXTERNAL" });
  await world.kms.importKeyMaterial({ ...(await wrapped(world, KeyId)), ...forEver });
  return KeyId;
}

/** Imports new key material into a key that has some. */
async function importNew(world: World, KeyId: string) {
  const ImportType = "NEW_KEY_MATERIAL";
  const input = { ...(await wrapped(world, KeyId)), ...forEver, ImportType } as const;
  return await world.kms.importKeyMaterial(input);
}

export const importCases: readonly Case[] = [
  answers(
    "GetParametersForImport",
    "of a key for imported key material",
    "ImportToken KeyId ParametersValidTo PublicKey",
    async (world) => await parameters(world, await world.key("external")),
  ),
  refuses(
    "GetParametersForImport",
    "of a key whose material KMS made",
    words.origin,
    async (world) => await parameters(world, await world.key("symmetric")),
  ),
  answers("ImportKeyMaterial", "that does not expire", "KeyId KeyMaterialId", async (world) => {
    const input = await wrapped(world, await world.newKey({ Origin: "EXTERNAL" }));
    return await world.kms.importKeyMaterial({ ...input, ...forEver });
  }),
  refuses(
    "ImportKeyMaterial",
    "without saying when it expires",
    {
      code: "ValidationException",
      message: "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    },
    async (world) => {
      const input = await wrapped(world, await world.newKey({ Origin: "EXTERNAL" }));
      return await world.kms.importKeyMaterial({
        ...input,
        ExpirationModel: "KEY_MATERIAL_EXPIRES",
      });
    },
  ),
  refuses(
    "ImportKeyMaterial",
    "with a token made up",
    "InvalidImportTokenException",
    async (world) => {
      const input = await wrapped(world, await world.newKey({ Origin: "EXTERNAL" }));
      const ImportToken = Buffer.from("made up");
      return await world.kms.importKeyMaterial({ ...input, ImportToken, ...forEver });
    },
  ),
  refuses(
    "ImportKeyMaterial",
    "that was not wrapped for the key",
    "InvalidCiphertextException",
    async (world) => {
      const input = await wrapped(world, await world.newKey({ Origin: "EXTERNAL" }));
      const EncryptedKeyMaterial = randomBytes(256).fill(0, 0, 1);
      return await world.kms.importKeyMaterial({ ...input, EncryptedKeyMaterial, ...forEver });
    },
  ),
  refuses(
    "ImportKeyMaterial",
    "of another length",
    "IncorrectKeyMaterialException",
    async (world) => {
      const input = await wrapped(world, await world.newKey({ Origin: "EXTERNAL" }), 31);
      return await world.kms.importKeyMaterial({ ...input, ...forEver });
    },
  ),
  refuses(
    "DeleteImportedKeyMaterial",
    "of a key whose material KMS made",
    words.origin,
    async (world) =>
      await world.kms.deleteImportedKeyMaterial({ KeyId: await world.key("symmetric") }),
  ),
  refuses(
    "Encrypt",
    "with a key whose key material was deleted",
    words.pendingImport,
    async (world) => {
      const KeyId = await imported(world);
      await world.kms.deleteImportedKeyMaterial({ KeyId });
      return await world.kms.encrypt({ KeyId, Plaintext: Buffer.from("x") });
    },
  ),
  answers(
    "DeleteImportedKeyMaterial",
    "of a symmetric key",
    "KeyId KeyMaterialId",
    async (world) => await world.kms.deleteImportedKeyMaterial({ KeyId: await imported(world) }),
  ),
  refuses(
    "ImportKeyMaterial",
    "with other key material than before",
    "IncorrectKeyMaterialException",
    async (world) => {
      const input = await wrapped(world, await imported(world));
      return await world.kms.importKeyMaterial({ ...input, ...forEver });
    },
  ),
  refuses(
    "ImportKeyMaterial",
    "of new key material while other waits for a rotation",
    {
      code: "KMSInvalidStateException",
      message:
        /^New key material \(id: [0-9a-f]{64}\) cannot be imported into KMS key arn:\S+, because another key material \(id: [0-9a-f]{64}\) is pending rotation\.$/,
    },
    async (world) => {
      const KeyId = await imported(world);
      await importNew(world, KeyId);
      return await importNew(world, KeyId);
    },
  ),
  refuses(
    "RotateKeyOnDemand",
    "of a key that nothing was imported into yet",
    words.pendingImport,
    async (world) => await world.kms.rotateKeyOnDemand({ KeyId: await world.key("external") }),
  ),
  refuses(
    "RotateKeyOnDemand",
    "of a key without key material that waits for it",
    {
      code: "KMSInvalidStateException",
      message: /^No available key material pending rotation for the key: arn:\S+\.$/,
    },
    async (world) => await world.kms.rotateKeyOnDemand({ KeyId: await imported(world) }),
  ),
  answers(
    "RotateKeyOnDemand",
    "of a key with new imported key material",
    "KeyId",
    async (world) => {
      const KeyId = await imported(world);
      await importNew(world, KeyId);
      return await world.kms.rotateKeyOnDemand({ KeyId });
    },
  ),
];
