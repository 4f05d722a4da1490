/** From a key reference, or from a ciphertext blob, to the key it stands for. */
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import { accessDeniedToUnknownKey } from "./access-denied.ts";
import { createAwsManagedKey, isAwsManagedAlias } from "./aws-managed-keys.ts";
import { type BlobHeader, findBlobHeader, readBlobHeader } from "./ciphertext-blob.ts";
import { requireIdentityAction } from "./authorize.ts";
import { KmsError } from "./errors.ts";
import { foreignKey, nobodysKeyId } from "./foreign-keys.ts";
import { aliasArn, type Key, keyArn } from "./key.ts";
import { foundKey } from "./found-key.ts";
import { invalidKeyId, type KeyReference, parseKeyReference } from "./key-reference.ts";
import type { Desk } from "./operation.ts";
import { requireAlias } from "./require-alias.ts";

export interface Lookup {
  /** The action the key is wanted for. */
  readonly action: string;
  readonly acceptsAlias: boolean;
  /** A key of another account will do, when it lets the caller. */
  readonly crossAccount: boolean;
}

interface KeyOfBlob {
  readonly key: Key;
  readonly blobMaterial: KeyMaterialRecord;
}

/**
 * The key a reference stands for. Throws what AWS answers when there is none. Of another
 * account it may be a stand-in: whoever is not allowed to use it is not told.
 */
export function requireKey(reference: string, lookup: Lookup, desk: Desk): Eventually<Key> {
  const place = { accountId: desk.caller.accountId, region: desk.facts.region };
  const parsed = parseKeyReference(reference, place);
  if (parsed.accountId !== place.accountId) return requireForeignKey(parsed, lookup, desk);
  if (parsed.kind === "key") return requireKeyById(parsed, desk);
  if (!lookup.acceptsAlias) throw invalidKeyId(reference);
  return requireKeyByAlias(parsed.aliasName, lookup, desk);
}

/** The alias name in a key reference, when it is one. */
export function aliasNameIn(reference: string | undefined): string | undefined {
  const start = reference?.indexOf("alias/") ?? -1;
  if (reference === undefined || start < 0) return undefined;
  return start === 0 || reference.startsWith("arn:") ? reference.slice(start) : undefined;
}

/** The key and key material that a ciphertext blob names. Nothing about it is proven yet. */
export function requireKeyOfBlob(
  blob: Uint8Array,
  action: string,
  desk: Desk,
): Eventually<KeyOfBlob> {
  const header = readBlobHeader(blob);
  const { keyId, materialReference } = header;
  const { store, caller, facts } = desk;
  const name = { accountId: caller.accountId, region: facts.region, keyId };
  return andThen(store.findKeyMaterial(name, materialReference), (blobMaterial) =>
    andThen(blobMaterial && store.findKey(name), (record) =>
      blobMaterial === undefined || record === undefined
        ? requireForeignKeyOfBlob(header, action, desk)
        : andThen(foundKey(record, store, desk.nowMs), (key) => ({ key, blobMaterial })),
    ),
  );
}

/**
 * As requireKey, for a key that was named beside a ciphertext blob. A bare key id may be
 * that of another account's key too, when the blob names it as well.
 */
export async function requireKeyBesideBlob(
  reference: string,
  blob: Uint8Array,
  lookup: Lookup,
  desk: Desk,
): Promise<{ key: Key; blobMaterial: KeyMaterialRecord | undefined }> {
  try {
    return { key: await requireKey(reference, lookup, desk), blobMaterial: undefined };
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "NotFoundException") throw error;
    const foreign = await findForeignKeyOf(reference, blob, desk);
    if (foreign === undefined) throw error;
    return foreign;
  }
}

/**
 * As requireKeyOfBlob, for a blob that was sent along with a key: it must name that one.
 * The header alone tells, so nothing is learnt about keys of others.
 */
export function requireMaterialOfBlob(
  blob: Uint8Array,
  key: Key,
  { store }: Desk,
): Eventually<KeyMaterialRecord> {
  const header = readBlobHeader(blob);
  if (header.keyId !== key.keyId) {
    throw new KmsError(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  }
  return andThen(store.findKeyMaterial(key, header.materialReference), (material) => {
    if (material === undefined) throw new KmsError("InvalidCiphertextException");
    return material;
  });
}

/** What it can be refused for without a look at it is refused at once, whether it exists or not. */
function requireForeignKey(
  parsed: KeyReference,
  { action, acceptsAlias, crossAccount }: Lookup,
  { store, caller, facts, nowMs }: Desk,
): Eventually<Key> {
  const accepted = parsed.kind === "key" || acceptsAlias;
  if (!crossAccount || !accepted || parsed.region !== facts.region) {
    throw accessDeniedToUnknownKey(caller, action);
  }
  return foreignKey(parsed, store, nowMs);
}

/** The blob was made with a key of another account, or elsewhere, or by no key at all. */
async function requireForeignKeyOfBlob(
  header: BlobHeader,
  action: string,
  desk: Desk,
): Promise<KeyOfBlob> {
  const { store, caller } = desk;
  const found = await findForeignKeyOfBlob(header, desk);
  if (found !== undefined) return found;
  if (await store.hasKeyMaterial(header.materialReference)) {
    throw accessDeniedToUnknownKey(caller, action);
  }
  throw new KmsError("InvalidCiphertextException");
}

async function findForeignKeyOfBlob(
  { keyId, materialReference }: BlobHeader,
  { store, facts, caller, nowMs }: Desk,
): Promise<KeyOfBlob | undefined> {
  const key = { region: facts.region, keyId };
  const blobMaterial = await store.findKeyMaterialOfAnyAccount(key, materialReference);
  if (blobMaterial === undefined || blobMaterial.accountId === caller.accountId) return undefined;
  const record = await store.findKey(blobMaterial);
  if (record === undefined) return undefined;
  return { key: await foundKey(record, store, nowMs), blobMaterial };
}

async function findForeignKeyOf(
  keyId: string,
  blob: Uint8Array,
  desk: Desk,
): Promise<KeyOfBlob | undefined> {
  const header = findBlobHeader(blob);
  return header?.keyId === keyId ? await findForeignKeyOfBlob(header, desk) : undefined;
}

function requireKeyById(
  { accountId, region, keyId, arn }: Extract<KeyReference, { kind: "key" }>,
  { store, nowMs }: Desk,
): Eventually<Key> {
  return andThen(store.findKey({ accountId, region, keyId }), (record) => {
    if (record === undefined) {
      throw new KmsError("NotFoundException", `Key '${arn}' does not exist`);
    }
    return foundKey(record, store, nowMs);
  });
}

async function requireKeyByAlias(aliasName: string, lookup: Lookup, desk: Desk): Promise<Key> {
  const { accountId } = desk.caller;
  const { region } = desk.facts;
  const described = lookup.action === "DescribeKey" && isAwsManagedAlias(aliasName);
  if (described && (await desk.store.findAlias(accountId, region, aliasName)) === undefined) {
    // Before anything is made: afterwards the key's policy is asked, too.
    const arn = keyArn({ accountId, region, keyId: nobodysKeyId });
    requireIdentityAction("DescribeKey", arn, desk);
    return await createAwsManagedKey(aliasName, desk);
  }
  const alias = await requireAlias(desk.store, { accountId, region }, aliasName);
  const record: KeyRecord | undefined = await desk.store.findKey({
    accountId,
    region,
    keyId: alias.targetKeyId,
  });
  if (record !== undefined) return await foundKey(record, desk.store, desk.nowMs);
  // The key was deleted, and its aliases with it, between the two reads.
  const arn = aliasArn(accountId, region, aliasName);
  throw new KmsError("NotFoundException", `Alias ${arn} is not found.`);
}
