/** The ways in which a customer wraps key material for import (AWS KMS, GetParametersForImport). */
import { type KeyObject, randomFillSync } from "node:crypto";
import { newSecret } from "../secret-bytes.ts";
import { unwrapPadded } from "./aes-key-wrap.ts";
import { type OaepAlgorithm, decryptOaep } from "./rsa-encryption.ts";

const wrappingKeyBytes = 32;

interface ImportWrapping {
  readonly oaep: OaepAlgorithm;
  /** Whether RSA wraps an AES key that wraps the material, or the material itself. */
  readonly withAesKey: boolean;
}

const wrappings: ReadonlyMap<string, ImportWrapping> = new Map([
  ["RSAES_OAEP_SHA_1", { oaep: "RSAES_OAEP_SHA_1", withAesKey: false }],
  ["RSAES_OAEP_SHA_256", { oaep: "RSAES_OAEP_SHA_256", withAesKey: false }],
  ["RSA_AES_KEY_WRAP_SHA_1", { oaep: "RSAES_OAEP_SHA_1", withAesKey: true }],
  ["RSA_AES_KEY_WRAP_SHA_256", { oaep: "RSAES_OAEP_SHA_256", withAesKey: true }],
]);

export function isImportWrapping(algorithm: string): boolean {
  return wrappings.has(algorithm);
}

/** The key material, for the caller to wipe; nothing whatever is wrong with how it was wrapped. */
export async function unwrapForImport(
  algorithm: string,
  encrypted: Uint8Array,
  key: KeyObject,
): Promise<Buffer | undefined> {
  const wrapping = wrappings.get(algorithm);
  if (wrapping === undefined) return undefined;
  const { oaep, withAesKey } = wrapping;
  if (!withAesKey) return await decryptOaep(oaep, encrypted, key);

  const modulusBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const opened = await decryptOaep(oaep, encrypted.subarray(0, modulusBytes), key);
  const wrappingKey = aesKeyOr(opened);
  try {
    return unwrapPadded(wrappingKey, encrypted.subarray(modulusBytes));
  } finally {
    wrappingKey.fill(0);
  }
}

/** A key of nobody's where RSA gave none: the work that follows is the same, and fails. */
function aesKeyOr(opened: Buffer | undefined): Buffer {
  if (opened?.length === wrappingKeyBytes) return opened;
  opened?.fill(0);
  return randomFillSync(newSecret(wrappingKeyBytes));
}
