/**
 * The ciphertext blobs of keys in an external key store: encrypted twice. The inner blob
 * is the vault's, made with key material of its own; what is sealed in it is then
 * encrypted by the external key. So neither the external key manager nor this installation
 * can decrypt alone, and the proxy never sees a plaintext or an encryption context.
 *
 *   0  as the header of the inner blob, with suite 2, 38 bytes
 *  38  initialization vector, authentication tag, metadata: each after its length, one byte
 *   …  the ciphertext, to the end
 */
import { createHash } from "node:crypto";
import type { Eventually } from "../lib/eventually.ts";
import {
  type ExternalCiphertext,
  type ExternalKeyName,
  hasFailed,
} from "../service/external-keys.ts";
import { blobHeaderBytes, suiteByte, suites } from "./ciphertext-blob.ts";
import type { OperationName } from "./contract.ts";
import { canonicalContext, type EncryptionContext } from "./encryption-context.ts";
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";
import { externalKeyOf } from "./key-stores.ts";
import type { Desk } from "./operation.ts";
import { cryptographyFailed } from "./xks-failures.ts";

/** What a ciphertext blob is bound to, and who asks for it. */
export interface OuterUse {
  readonly operation: OperationName;
  readonly key: Key;
  readonly context: EncryptionContext | undefined;
}

export type OuterDesk = Pick<Desk, "externalKeys" | "caller" | "facts">;

/**
 * The blob that leaves: for a key in an external key store what its external key makes of
 * the vault's blob, for any other the vault's blob as it is. Refuses with
 * KMSInvalidStateException when the proxy cannot be relied on.
 */
export function encryptOutside(
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Eventually<Uint8Array> {
  const externalKey = externalKeyOf(use.key);
  return externalKey === undefined ? blob : encryptWith(externalKey, blob, use, desk);
}

/**
 * The vault's blob in one that encryptOutside made. Refuses with InvalidCiphertextException
 * what it did not make, and with KMSInvalidStateException what the proxy does not decrypt:
 * that is AWS's answer to an altered ciphertext, too.
 */
export function decryptOutside(
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Eventually<Uint8Array> {
  const externalKey = externalKeyOf(use.key);
  return externalKey === undefined ? blob : decryptWith(externalKey, blob, use, desk);
}

async function encryptWith(
  externalKey: ExternalKeyName,
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Promise<Uint8Array> {
  const header = Buffer.from(blob.subarray(0, blobHeaderBytes));
  header[suiteByte] = suites.double;
  const message = {
    plaintext: blob.subarray(blobHeaderBytes),
    associatedData: boundTo(header, use.context),
  };
  const answer = await desk.externalKeys.encrypt(externalKey, message, causeOf(use, desk));
  if (hasFailed(answer)) throw cryptographyFailed(answer.failed);
  return encode(header, answer);
}

async function decryptWith(
  externalKey: ExternalKeyName,
  blob: Uint8Array,
  use: OuterUse,
  desk: OuterDesk,
): Promise<Uint8Array> {
  const header = Buffer.from(blob.subarray(0, blobHeaderBytes));
  if (header[suiteByte] !== suites.double) throw invalidCiphertext();
  const message = { ...decode(blob), associatedData: boundTo(header, use.context) };
  const answer = await desk.externalKeys.decrypt(externalKey, message, causeOf(use, desk));
  if (hasFailed(answer)) throw cryptographyFailed(answer.failed);
  header[suiteByte] = suites.single;
  return Buffer.concat([header, answer.plaintext]);
}

/** A hash, because an encryption context may name what is none of the proxy's business. */
function boundTo(header: Buffer, context: EncryptionContext | undefined): Buffer {
  return createHash("sha256").update(header).update(canonicalContext(context)).digest();
}

function causeOf({ operation, key }: OuterUse, { caller, facts }: OuterDesk) {
  return {
    kmsOperation: operation,
    kmsRequestId: facts.requestId,
    awsPrincipalArn: caller.arn,
    kmsKeyArn: key.arn,
  };
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
