/** How key material may be wrapped for import (AWS KMS developer guide, "Select a wrapping algorithm"). */
import type { AlgorithmSpec, WrappingKeySpec } from "@aws-sdk/client-kms";
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

export const wrappingAlgorithms = [
  "RSAES_PKCS1_V1_5",
  "RSAES_OAEP_SHA_1",
  "RSAES_OAEP_SHA_256",
  "RSA_AES_KEY_WRAP_SHA_1",
  "RSA_AES_KEY_WRAP_SHA_256",
  "SM2PKE",
] as const satisfies readonly AlgorithmSpec[];

export const wrappingKeySpecs = [
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "SM2",
] as const satisfies readonly WrappingKeySpec[];

/** What a customer wraps with. */
export interface ImportWrapping {
  readonly wrappingAlgorithm: string;
  readonly wrappingKeySpec: string;
}

/**
 * Refuses a wrapping that does not suit the key. PKCS #1 v1.5 is not offered to anybody any
 * more; SM2 wraps SM2 keys only, which cannot be imported yet.
 */
export function requireWrapping({ keySpec }: Pick<Key, "keySpec">, wrapping: ImportWrapping): void {
  const { wrappingAlgorithm, wrappingKeySpec } = wrapping;
  if (wrappingKeySpec !== "SM2" && isOffered(keySpec, wrapping)) return;
  throw new KmsError(
    "UnsupportedOperationException",
    `Wrapping algorithm ${wrappingAlgorithm} with wrapping key spec ${wrappingKeySpec} ` +
      `is not supported for key spec ${keySpec}.`,
  );
}

function isOffered(
  keySpec: string,
  { wrappingAlgorithm, wrappingKeySpec }: ImportWrapping,
): boolean {
  if (isHybrid(wrappingAlgorithm)) return hasPrivateKey(keySpec);
  if (!wrappingAlgorithm.startsWith("RSAES_OAEP_") || keySpec.startsWith("RSA_")) return false;
  // A private key on this curve is longer than what the smallest RSA key can encrypt.
  return keySpec !== "ECC_NIST_P521" || wrappingKeySpec !== "RSA_2048";
}

/** RSA wraps an AES key, and the AES key the material, which may so be of any length. */
function isHybrid(wrappingAlgorithm: string): boolean {
  return wrappingAlgorithm.startsWith("RSA_AES_KEY_WRAP_");
}

function hasPrivateKey(keySpec: string): boolean {
  return keySpec.startsWith("RSA_") || keySpec.startsWith("ECC_");
}

/** AES key wrap with padding (RFC 5649) makes whole blocks, two at least. */
const blockBytes = 8;
const fewestBlocks = 2;

/** Refuses what cannot have been wrapped like this, whatever it is. */
export function requireFittingLength(encrypted: Uint8Array, wrapping: ImportWrapping): void {
  const modulusBytes = Number(wrapping.wrappingKeySpec.slice("RSA_".length)) / 8;
  const restBytes = encrypted.length - modulusBytes;
  const fits = isHybrid(wrapping.wrappingAlgorithm)
    ? restBytes % blockBytes === 0 && restBytes >= fewestBlocks * blockBytes
    : restBytes === 0;
  if (!fits) throw new KmsError("ValidationException", "Invalid encrypted key size.");
}
