/** Imported key material. */
import { constants, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { answers, type Case, refuses, words } from "../case.ts";
import type { World } from "../world.ts";

const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;

async function parameters(world: World, KeyId: string) {
  return await world.kms.getParametersForImport({ KeyId, ...wrapping });
}

/** Key material for a key, wrapped as AWS documents it. */
async function wrapped(world: World, KeyId: string) {
  const { ImportToken, PublicKey = new Uint8Array() } = await parameters(world, KeyId);
  const key = createPublicKey({ key: Buffer.from(PublicKey), type: "spki", format: "der" });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const EncryptedKeyMaterial = publicEncrypt({ key, padding, oaepHash: "sha256" }, randomBytes(32));
  return { KeyId, ImportToken, EncryptedKeyMaterial };
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
    const ExpirationModel = "KEY_MATERIAL_DOES_NOT_EXPIRE";
    return await world.kms.importKeyMaterial({ ...input, ExpirationModel });
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
      const ExpirationModel = "KEY_MATERIAL_DOES_NOT_EXPIRE";
      const ImportToken = Buffer.from("made up");
      return await world.kms.importKeyMaterial({ ...input, ImportToken, ExpirationModel });
    },
  ),
  refuses(
    "DeleteImportedKeyMaterial",
    "of a key whose material KMS made",
    words.origin,
    async (world) =>
      await world.kms.deleteImportedKeyMaterial({ KeyId: await world.key("symmetric") }),
  ),
];
