/** HMAC (RFC 2104), never truncated: one algorithm for each spec. */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

const algorithms: ReadonlyMap<string, { readonly keySpec: string; readonly hash: string }> =
  new Map([
    ["HMAC_SHA_224", { keySpec: "HMAC_224", hash: "sha224" }],
    ["HMAC_SHA_256", { keySpec: "HMAC_256", hash: "sha256" }],
    ["HMAC_SHA_384", { keySpec: "HMAC_384", hash: "sha384" }],
    ["HMAC_SHA_512", { keySpec: "HMAC_512", hash: "sha512" }],
  ]);

/** Nothing for an algorithm that is not the one of the key's spec. */
export function macOf(
  algorithm: string,
  message: Uint8Array,
  { keySpec, key }: { readonly keySpec: string; readonly key: KeyObject },
): Buffer | undefined {
  const found = algorithms.get(algorithm);
  if (found?.keySpec !== keySpec) return undefined;
  return createHmac(found.hash, key).update(message).digest();
}

/** Compares in constant time. */
export function isMacOf(mac: Uint8Array, expected: Buffer): boolean {
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}
