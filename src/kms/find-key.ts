/** From a key reference, or from a ciphertext blob, to the key it stands for. */
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import { accessDeniedToUnknownKey } from "./access-denied.ts";
import { createAwsManagedKey, isAwsManagedAlias } from "./aws-managed-keys.ts";
import { readBlobHeader } from "./ciphertext-blob.ts";
import { KmsError } from "./errors.ts";
import { aliasArn, type Key, keyAt } from "./key.ts";
import { invalidKeyId, type KeyReference, parseKeyReference } from "./key-reference.ts";
import type { Desk } from "./operation.ts";
import { requireAlias } from "./require-alias.ts";

export interface Lookup {
  /** The action the key is wanted for. */
  readonly action: string;
  readonly acceptsAlias: boolean;
}

/** The key a reference stands for. Throws what AWS answers when there is none. */
export function requireKey(reference: string, lookup: Lookup, desk: Desk): Eventually<Key> {
  const place = { accountId: desk.caller.accountId, region: desk.facts.region };
  const parsed = parseKeyReference(reference, place);
  // Whether another account's key exists is nobody's business: the answer is the same.
  if (parsed.accountId !== place.accountId)
    throw accessDeniedToUnknownKey(desk.caller, lookup.action);
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
): Eventually<{ key: Key; blobMaterial: KeyMaterialRecord }> {
  const { keyId, materialReference } = readBlobHeader(blob);
  const { store, caller, facts } = desk;
  const name = { accountId: caller.accountId, region: facts.region, keyId };
  return andThen(store.findKeyMaterial(name, materialReference), (blobMaterial) =>
    andThen(blobMaterial && store.findKey(name), (record) =>
      blobMaterial === undefined || record === undefined
        ? refuseBlob(materialReference, action, desk)
        : { key: keyAt(record, desk.nowMs), blobMaterial },
    ),
  );
}

/** It was made elsewhere by a key that is not here, or by no key at all. */
async function refuseBlob(
  materialReference: string,
  action: string,
  { store, caller }: Desk,
): Promise<never> {
  if (await store.hasKeyMaterial(materialReference)) throw accessDeniedToUnknownKey(caller, action);
  throw new KmsError("InvalidCiphertextException");
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

function requireKeyById(
  { keyId, arn }: Extract<KeyReference, { kind: "key" }>,
  { store, caller, facts, nowMs }: Desk,
): Eventually<Key> {
  const name = { accountId: caller.accountId, region: facts.region, keyId };
  return andThen(store.findKey(name), (record) => {
    if (record === undefined) {
      throw new KmsError("NotFoundException", `Key '${arn}' does not exist`);
    }
    return keyAt(record, nowMs);
  });
}

async function requireKeyByAlias(aliasName: string, lookup: Lookup, desk: Desk): Promise<Key> {
  const { accountId } = desk.caller;
  const { region } = desk.facts;
  const described = lookup.action === "DescribeKey" && isAwsManagedAlias(aliasName);
  if (described && (await desk.store.findAlias(accountId, region, aliasName)) === undefined) {
    return await createAwsManagedKey(aliasName, desk);
  }
  const alias = await requireAlias(desk.store, { accountId, region }, aliasName);
  const record: KeyRecord | undefined = await desk.store.findKey({
    accountId,
    region,
    keyId: alias.targetKeyId,
  });
  if (record !== undefined) return keyAt(record, desk.nowMs);
  // The key was deleted, and its aliases with it, between the two reads.
  const arn = aliasArn(accountId, region, aliasName);
  throw new KmsError("NotFoundException", `Alias ${arn} is not found.`);
}
