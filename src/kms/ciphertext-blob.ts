/**
 * The clear part of a symmetric ciphertext blob: which key and which key material it was
 * made with. Nothing in it is to be believed before the vault has opened the blob.
 *
 *   0  "SKM" and format 1    4  suite    5  flags (bit 0: multi-Region key)
 *   6  key UUID, 16 bytes   22  key material reference, 16 bytes
 *  38  suite 1: sealed by the vault; suites 2 and 3: that, encrypted again by an external key
 *      or by a key in a token (double-encryption.ts)
 */
import { KmsError } from "./errors.ts";

const magic = Buffer.from([0x53, 0x4b, 0x4d, 0x01]);
const multiRegionFlag = 1;
export const blobHeaderBytes = 38;
/** Where the suite stands. */
export const suiteByte = 4;
export const suites = { single: 1, external: 2, token: 3 } as const;
const sealedOverhead = 76;

export interface BlobHeader {
  readonly keyId: string;
  /** 32 hex digits. */
  readonly materialReference: string;
}

/** The parts of a blob's header. Whatever is not one of our blobs is an invalid ciphertext. */
export function readBlobHeader(bytes: Uint8Array): BlobHeader {
  const header = findBlobHeader(bytes);
  if (header === undefined) throw new KmsError("InvalidCiphertextException");
  return header;
}

/** The same; nothing for what is not one of our blobs. */
export function findBlobHeader(bytes: Uint8Array): BlobHeader | undefined {
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = blob[5] ?? 0xff;
  const suite = blob[suiteByte];
  const ours =
    blob.length >= blobHeaderBytes + sealedOverhead &&
    magic.equals(blob.subarray(0, suiteByte)) &&
    (suite === suites.single || suite === suites.external || suite === suites.token);
  if (!ours || flags > multiRegionFlag) return undefined;
  const hex = blob.toString("hex", 6, 22);
  return {
    keyId: flags === multiRegionFlag ? `mrk-${hex}` : uuid(hex),
    materialReference: blob.toString("hex", 22, blobHeaderBytes),
  };
}

/** The key material that a blob says it was made with, 32 hex digits, of a blob that is one of ours. */
export function materialReferenceOf(blob: Uint8Array): string {
  return Buffer.from(blob.subarray(22, blobHeaderBytes)).toString("hex");
}

function uuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
