/** HMAC (RFC 2104), never truncated. */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

const hashes: Readonly<Record<string, string>> = {
  HMAC_SHA_224: "sha224",
  HMAC_SHA_256: "sha256",
  HMAC_SHA_384: "sha384",
  HMAC_SHA_512: "sha512",
};

/** Nothing for an algorithm that is not one of these. */
export function macOf(algorithm: string, message: Uint8Array, key: KeyObject): Buffer | undefined {
  const hash = hashes[algorithm];
  return hash === undefined ? undefined : createHmac(hash, key).update(message).digest();
}

export function isMacOf(mac: Uint8Array, expected: Buffer): boolean {
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}
