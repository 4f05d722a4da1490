/**
 * RSA-OAEP (RFC 8017, 7.1), label empty, MGF1 with the hash of the padding. Decryption runs
 * on Node's thread pool by way of WebCrypto; there is no other padding.
 */
import { constants, type KeyObject, publicEncrypt, webcrypto } from "node:crypto";

export type OaepAlgorithm = "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256";

const hashes = {
  RSAES_OAEP_SHA_1: { node: "sha1", web: "SHA-1" },
  RSAES_OAEP_SHA_256: { node: "sha256", web: "SHA-256" },
} as const;

export function isOaep(algorithm: string): algorithm is OaepAlgorithm {
  return Object.hasOwn(hashes, algorithm);
}

/** Nothing when the plaintext is too long for the key. */
export function encryptOaep(
  algorithm: OaepAlgorithm,
  plaintext: Uint8Array,
  key: KeyObject,
): Buffer | undefined {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return publicEncrypt({ key, padding, oaepHash: hashes[algorithm].node }, plaintext);
  } catch {
    return undefined;
  }
}

/** The plaintext, for the caller to wipe; nothing for any fault of the ciphertext. */
export async function decryptOaep(
  algorithm: OaepAlgorithm,
  ciphertext: Uint8Array,
  key: KeyObject,
): Promise<Buffer | undefined> {
  // OpenSSL takes a number without its leading zeros; RFC 8017 takes as many bytes as the modulus has.
  const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (ciphertext.length * 8 !== modulusBits) return undefined;
  const parameters = { name: "RSA-OAEP", hash: hashes[algorithm].web };
  const webKey = key.toCryptoKey(parameters, false, ["decrypt"]);
  try {
    const decrypted = await webcrypto.subtle.decrypt({ name: "RSA-OAEP" }, webKey, ciphertext);
    return Buffer.from(decrypted);
  } catch {
    return undefined;
  }
}
