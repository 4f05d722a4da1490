/**
 * The ciphertext blobs of keys in a custom key store: encrypted twice. The inner blob
 * is the vault's, made with key material of its own; what is sealed in it is then
 * encrypted by the external key, or by the key in a token. So neither those who keep that key
 * nor this installation can decrypt alone, and they never see a plaintext or an encryption
 * context.
 *
 *   0  as the header of the inner blob, with suite 2 or 3, 38 bytes
 *  38  initialization vector, authentication tag, metadata: each after its length, one byte
 *   …  the ciphertext, to the end
 */
import { createHash } from "node:crypto";
import type { Eventually } from "../lib/eventually.ts";
import type { ExternalCiphertext } from "../service/external-keys.ts";
import { blobHeaderBytes, suiteByte, suites } from "./ciphertext-blob.ts";
import { canonicalContext, type EncryptionContext } from "./encryption-context.ts";
import { KmsError } from "./errors.ts";
import { type OuterDesk, type OuterKey, outerKeyOf, type OuterUse } from "./outer-keys.ts";

/**
 * The blob that leaves: for a key in a custom key store what its outer key makes of the
 * vault's blob, for any other the vault's blob as it is. Refuses with
 * KMSInvalidStateException when the proxy or the token cannot be relied on.
 */
export function encryptOutside(
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Eventually<Uint8Array> {
  const outer = outerKeyOf(blob, use, desk);
  return outer === undefined ? blob : encryptWith(outer, blob, use.context);
}

/**
 * The vault's blob in one that encryptOutside made. Refuses with InvalidCiphertextException
 * what it did not make, and with KMSInvalidStateException what the proxy does not decrypt:
 * that is AWS's answer to an altered ciphertext, too, unless the key is in a token.
 */
export function decryptOutside(
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Eventually<Uint8Array> {
  const outer = outerKeyOf(blob, use, desk);
  return outer === undefined ? blob : decryptWith(outer, blob, use.context);
}

async function encryptWith(
  outer: OuterKey,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
): Promise<Uint8Array> {
  const header = Buffer.from(blob.subarray(0, blobHeaderBytes));
  header[suiteByte] = outer.suite;
  const message = {
    plaintext: blob.subarray(blobHeaderBytes),
    associatedData: boundTo(header, context),
  };
  return encode(header, await outer.encrypt(message));
}

async function decryptWith(
  outer: OuterKey,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
): Promise<Uint8Array> {
  const header = Buffer.from(blob.subarray(0, blobHeaderBytes));
  if (header[suiteByte] !== outer.suite) throw invalidCiphertext();
  const message = { ...decode(blob), associatedData: boundTo(header, context) };
  const plaintext = await outer.decrypt(message);
  if (plaintext === undefined) throw invalidCiphertext();
  header[suiteByte] = suites.single;
  return Buffer.concat([header, plaintext]);
}

/** A hash, because an encryption context may name what is none of the proxy's business. */
function boundTo(header: Buffer, context: EncryptionContext | undefined): Buffer {
  return createHash("sha256").update(header).update(canonicalContext(context)).digest();
}

function encode(header: Buffer, made: ExternalCiphertext): Buffer {
  const parts = [made.initializationVector, made.authenticationTag, made.metadata];
  return Buffer.concat([
    header,
    ...parts.flatMap((part) => [Buffer.of(part.length), part]),
    made.ciphertext,
  ]);
}

function decode(blob: Uint8Array): ExternalCiphertext {
  let at = blobHeaderBytes;
  const next = (): Uint8Array => {
    const end = at + 1 + (blob[at] ?? 0);
    if (end > blob.length) throw invalidCiphertext();
    const part = blob.subarray(at + 1, end);
    at = end;
    return part;
  };
  const initializationVector = next();
  const authenticationTag = next();
  const metadata = next();
  return { initializationVector, authenticationTag, metadata, ciphertext: blob.subarray(at) };
}

function invalidCiphertext(): KmsError {
  return new KmsError("InvalidCiphertextException");
}
