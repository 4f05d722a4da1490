/** The last step of SigV4: the signature that is expected, compared in constant time. */
import { timingSafeEqual } from "node:crypto";

/** An HMAC-SHA-256 in hexadecimal. */
const signatureLength = 64;

// Everything here is synchronous, so one place for the two is enough for all.
const expectedBytes = Buffer.alloc(signatureLength);
const providedBytes = Buffer.alloc(signatureLength);

/**
 * Whether a provided signature is the expected one, in the same 64 characters: another
 * spelling of the same bytes is another signature. Takes the same time whichever differs.
 */
export function signatureMatches(expected: string, provided: string): boolean {
  if (expected.length !== signatureLength) throw new Error("this is not a signature");
  expectedBytes.write(expected);
  // What is left in place of a text of another length is no hexadecimal.
  if (provided.length === signatureLength) providedBytes.write(provided);
  else providedBytes.fill(0);
  return timingSafeEqual(expectedBytes, providedBytes);
}
