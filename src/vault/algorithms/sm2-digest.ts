/**
 * What SM2 signs of a message (GB/T 32918.2, 5.5 and 6.1; RFC 8998, 3.2.1): the SM3 digest
 * of the message behind a digest that names the signer and its public key. node:crypto has
 * no call for it, and signs with SM2 keys by plain ECDSA when it is asked to.
 */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** The distinguishing identifier where nobody agreed on another, and its length in bits. */
const identifier = Buffer.from("1234567812345678");
const identifierBits = Buffer.of(0x00, 0x80);
/** a and b of the curve, and its base point (GB/T 32918.5, 2). */
const curve = Buffer.from(
  "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc" +
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93" +
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
  "hex",
);
/** The two coordinates of a public key, at the end of its SubjectPublicKeyInfo. */
const coordinatesBytes = 64;

/** 32 bytes. The key may be either half of a pair. */
export function sm2Digest(message: Uint8Array, key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const coordinates = publicKey.export({ type: "spki", format: "der" }).subarray(-coordinatesBytes);
  const signer = sm3(identifierBits, identifier, curve, coordinates);
  return sm3(signer, message);
}

function sm3(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sm3");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
