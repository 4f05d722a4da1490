/**
 * Encryption to an SM2 key (GB/T 32918.4, SM3, the order C1 C3 C2, in DER): by
 * EVP_PKEY_encrypt and EVP_PKEY_decrypt of the OpenSSL inside Node, on its thread pool.
 */
import type { KeyObject } from "node:crypto";
import { newSecret } from "../secret-bytes.ts";
import { call, type OpenSsl, type Pointer } from "./openssl.ts";
import { plaintextBytesOf } from "./sm2-ciphertext.ts";

/** What AWS KMS encrypts at once. */
const longestPlaintextBytes = 1_024;
/** A point, a digest and DER around them: less than 128 bytes. */
const overheadBytes = 256;

/** Nothing when the plaintext is too long. */
export async function encryptSm2(
  openSsl: OpenSsl,
  plaintext: Buffer,
  key: KeyObject,
): Promise<Buffer | undefined> {
  if (plaintext.length > longestPlaintextBytes) return undefined;
  const room = Buffer.alloc(plaintext.length + overheadBytes);
  const length: [number] = [room.length];
  const context = begin(openSsl, "beginEncrypt", key);
  try {
    const done = await call(openSsl.encrypt, context, room, length, plaintext, plaintext.length);
    if (done === 1) return room.subarray(0, length[0]);
  } finally {
    openSsl.freeContext(context);
  }
  throw new Error("OpenSSL could not encrypt to an SM2 key");
}

/** The plaintext, for the caller to wipe; nothing for any fault of the ciphertext. */
export async function decryptSm2(
  openSsl: OpenSsl,
  ciphertext: Buffer,
  key: KeyObject,
): Promise<Buffer | undefined> {
  const plaintextBytes = plaintextBytesOf(ciphertext);
  if (plaintextBytes === undefined) return undefined;
  const plaintext = newSecret(plaintextBytes);
  const length: [number] = [plaintextBytes];
  const context = begin(openSsl, "beginDecrypt", key);
  try {
    const done = await call(
      openSsl.decrypt,
      context,
      plaintext,
      length,
      ciphertext,
      ciphertext.length,
    );
    if (done === 1 && length[0] === plaintextBytes) return plaintext;
    plaintext.fill(0);
    return undefined;
  } catch (error) {
    plaintext.fill(0);
    throw error;
  } finally {
    openSsl.freeContext(context);
  }
}

function begin(
  openSsl: OpenSsl,
  purpose: "beginEncrypt" | "beginDecrypt",
  key: KeyObject,
): Pointer {
  const context = openSsl.newContext(openSsl.keyOf(key), null);
  if (context === null) throw new Error("OpenSSL has no memory for an SM2 key");
  if (openSsl[purpose](context) === 1) return context;
  openSsl.freeContext(context);
  throw new Error("OpenSSL refused an SM2 key");
}
