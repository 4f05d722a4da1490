/**
 * Import tokens: what ties wrapped key material to the key and the wrapping key it was
 * wrapped for. A token is good until it expires, as often as its holder likes: with AWS a
 * client whose answer got lost can send the same import again.
 */
import type { ImportKeyRecord } from "../store/records.ts";
import { KmsError } from "./errors.ts";
import type { ImportWrapping } from "./import-wrapping.ts";
import type { Key } from "./key.ts";
import type { Desk } from "./operation.ts";
import { askVault, askVaultToOpen } from "./vault.ts";

const purpose = "import";
const importIdBytes = 16;
const expiryBytes = 8;
/** Ours are far shorter. */
const maxTokenBytes = 1_024;

/** A wrapping key as its token names it. */
export interface ImportParameters extends ImportWrapping {
  readonly importKey: ImportKeyRecord;
}

/** Makes the token for a wrapping key of a KMS key. */
export async function sealImportToken(
  { vault }: Pick<Desk, "vault">,
  key: Key,
  { importKey, wrappingKeySpec }: ImportParameters,
): Promise<Uint8Array> {
  const expires = Buffer.alloc(expiryBytes);
  expires.writeBigUInt64BE(BigInt(importKey.expiresAtMs));
  const { token } = await askVault(vault, "sealToken", {
    purpose,
    associatedData: boundTo(key),
    body: Buffer.concat([
      Buffer.from(importKey.importId, "hex"),
      expires,
      Buffer.from(wrappingKeySpec, "utf8"),
    ]),
  });
  return token;
}

/**
 * The wrapping key of a token. InvalidImportTokenException for everything that is not a
 * token of this key, ExpiredImportTokenException for one that was.
 */
export async function openImportToken(
  { vault, store, nowMs }: Pick<Desk, "vault" | "store" | "nowMs">,
  key: Key,
  token: Uint8Array,
): Promise<ImportParameters> {
  if (token.length > maxTokenBytes) throw new KmsError("InvalidImportTokenException");
  const associatedData = boundTo(key);
  const opened = await askVaultToOpen(vault, "openToken", { purpose, associatedData, token });
  if (opened === undefined) throw new KmsError("InvalidImportTokenException");
  const body = Buffer.from(opened.body);
  const expiresAtMs = Number(body.readBigUInt64BE(importIdBytes));
  if (expiresAtMs <= nowMs) throw new KmsError("ExpiredImportTokenException");
  const importKey = await store.findImportKey(key, body.toString("hex", 0, importIdBytes));
  if (importKey === undefined) throw new KmsError("InvalidImportTokenException");
  const { wrappingAlgorithm } = importKey;
  const wrappingKeySpec = body.toString("utf8", importIdBytes + expiryBytes);
  return { importKey, wrappingAlgorithm, wrappingKeySpec };
}

function boundTo({ accountId, region, keyId }: Key): Buffer {
  return Buffer.from(JSON.stringify([accountId, region, keyId]), "utf8");
}
