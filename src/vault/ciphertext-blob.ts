/**
 * The ciphertext blob of a symmetric KMS key, version 1:
 * "SKM" | u8 1 | u8 suite | u8 flags | key UUID (16) | material reference (16) | sealed plaintext.
 */
import type { KeyMaterialFacts } from "../vault-protocol/commands.ts";
import { limits } from "../vault-protocol/command-codecs.ts";
import { open, overheadBytes, randomPrefixBytes, sealInto } from "./committing-aead.ts";
import { domain, prefixed, u8 } from "./encoding.ts";
import type { HmacKey } from "./hmac-key.ts";
import { keyUuid } from "./key-material-facts.ts";
import { Label } from "./kdf.ts";
import type { NoncePool } from "./nonce-pool.ts";

const label = new Label("kms/v1/symmetric-default");
const magic = Buffer.from("SKM\x01", "latin1");
const suite = 1;
const multiRegionFlag = 1;
const headerBytes = 38;
const publicBytes = headerBytes + randomPrefixBytes;

const adDomain = domain("kms.ct.v1");
const accountBytes = 16;
const associatedData = Buffer.allocUnsafeSlow(
  adDomain.length + publicBytes + accountBytes + limits.encryptionContext,
);
associatedData.set(adDomain);

/** Key material with everything in a blob that is the same for all blobs made with it. */
export interface BlobKey {
  readonly key: HmacKey;
  readonly header: Buffer;
  readonly account: Buffer;
}

/** The facts must be sound. */
export function blobKey(key: HmacKey, facts: KeyMaterialFacts): BlobKey {
  const flags = facts.multiRegion ? multiRegionFlag : 0;
  const header = [magic, u8(suite), u8(flags), keyUuid(facts), facts.reference];
  return { key, header: Buffer.concat(header), account: prefixed(facts.accountId) };
}

/** Seals a plaintext into a new blob, bound to the canonical bytes of the encryption context. */
export function sealBlob(
  blobKeys: BlobKey,
  encryptionContext: Uint8Array,
  plaintext: Uint8Array,
  nonces: NoncePool,
): Buffer {
  const blob = Buffer.allocUnsafe(headerBytes + overheadBytes + plaintext.length);
  nonces.fill(blob, headerBytes, randomPrefixBytes);
  sealBlobInto(blob, blobKeys, encryptionContext, plaintext);
  return blob;
}

/** Seals into `blob`, where nonce and IV stand already. They must be fresh. */
export function sealBlobInto(
  blob: Uint8Array,
  { key, header, account }: BlobKey,
  encryptionContext: Uint8Array,
  plaintext: Uint8Array,
): void {
  blob.set(header);
  const bound = bind(blob, account, encryptionContext);
  sealInto(blob.subarray(headerBytes), { key, label, associatedData: bound }, plaintext);
}

/** The plaintext, for the caller to wipe; nothing unless the blob was made with this key and context. */
export function openBlob(
  { key, header, account }: BlobKey,
  encryptionContext: Uint8Array,
  blob: Uint8Array,
): Buffer | undefined {
  if (blob.length < headerBytes + overheadBytes) return undefined;
  if (blob.length > limits.ciphertextBlob) return undefined;
  // Magic, suite, flags, key and material: all of them are either as expected or refused.
  if (!header.equals(blob.subarray(0, headerBytes))) return undefined;
  const bound = bind(blob, account, encryptionContext);
  return open({ key, label, associatedData: bound }, blob.subarray(headerBytes));
}

/** The associated data; it is good until the next blob. */
function bind(blob: Uint8Array, account: Buffer, encryptionContext: Uint8Array): Buffer {
  let length = adDomain.length;
  for (const part of [blob.subarray(0, publicBytes), account, encryptionContext]) {
    associatedData.set(part, length);
    length += part.length;
  }
  return associatedData.subarray(0, length);
}
