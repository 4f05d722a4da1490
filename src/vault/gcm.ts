/** AES-256-GCM (NIST SP 800-38D) with a 12-byte IV and a 16-byte tag, and no other sizes. */
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";

const algorithm = "aes-256-gcm";
const ivBytes = 12;
export const tagBytes = 16;
const options = { authTagLength: tagBytes };

export interface GcmInput {
  /** 32 bytes. Copied into a KeyObject: OpenSSL takes one three times as fast as a Buffer. */
  readonly key: Uint8Array;
  /** Never used with this key before. */
  readonly iv: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** Writes ciphertext and tag to `into`, from `at` on. */
export function encryptInto(
  into: Uint8Array,
  at: number,
  { key, iv, associatedData }: GcmInput,
  plaintext: Uint8Array,
): void {
  requireIv(iv);
  const cipher = createCipheriv(algorithm, createSecretKey(key), iv, options);
  cipher.setAAD(associatedData);
  into.set(cipher.update(plaintext), at);
  cipher.final();
  into.set(cipher.getAuthTag(), at + plaintext.length);
}

/** The plaintext of ciphertext and tag, for the caller to wipe; nothing when the tag is wrong. */
export function decrypt(
  { key, iv, associatedData }: GcmInput,
  sealed: Uint8Array,
): Buffer | undefined {
  requireIv(iv);
  const tagStart = sealed.length - tagBytes;
  if (tagStart < 0) return undefined;
  const decipher = createDecipheriv(algorithm, createSecretKey(key), iv, options);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(tagStart));
  const plaintext = decipher.update(sealed.subarray(0, tagStart));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // What was decrypted before the tag was seen to be wrong is nobody's business.
    plaintext.fill(0);
    return undefined;
  }
}

function requireIv(iv: Uint8Array): void {
  if (iv.length !== ivBytes) throw new Error("the IV is 12 bytes long");
}
