/** ML-KEM (FIPS 203), by the OpenSSL inside Node. */
import { createPublicKey, decapsulate, encapsulate, type KeyObject } from "node:crypto";

const ciphertextBytes: Readonly<Record<string, number>> = {
  ML_KEM_512: 768,
  ML_KEM_768: 1088,
  ML_KEM_1024: 1568,
};

export function encapsulateSecret(key: KeyObject) {
  return encapsulate(createPublicKey(key));
}

/** Nothing for a ciphertext of another length. Any other gives a secret: implicit rejection. */
export function decapsulateSecret(
  keySpec: string,
  ciphertext: Uint8Array,
  key: KeyObject,
): Buffer | undefined {
  if (ciphertext.length !== ciphertextBytes[keySpec]) return undefined;
  return decapsulate(key, ciphertext);
}
