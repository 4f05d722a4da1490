/** The last step of SigV4: one HMAC-SHA256, compared in constant time. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** The signature of a string to sign under a derived signing key, in lower-case hexadecimal. */
export function sign(signingKey: KeyObject, text: string): string {
  return createHmac("sha256", signingKey).update(text).digest("hex");
}

/**
 * Whether a provided signature is the expected one, in the same 64 characters: another
 * spelling of the same bytes is another signature. Takes the same time whichever differs.
 */
export function signatureMatches(expected: string, provided: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const providedBytes = Buffer.from(provided);
  const comparable = expectedBytes.length === providedBytes.length;
  return timingSafeEqual(expectedBytes, comparable ? providedBytes : unlike(expectedBytes));
}

function unlike(bytes: Buffer): Buffer {
  return Buffer.alloc(bytes.length);
}
