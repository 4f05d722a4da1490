/** Key material as the service handles it: made by the vault, stored wrapped, sent along with requests. */
import { randomBytes } from "node:crypto";
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import { type Change, type Store, StoreConflict } from "../store/store.ts";
import type {
  KeyMaterialFacts,
  VaultClient,
  WrappedKeyMaterial,
} from "../vault-protocol/commands.ts";
import { hasPublicKey, symmetricDefault } from "./key-algorithms.ts";
import { askVault } from "./vault.ts";

/** What of a key its material is bound to for ever. */
type KeyProperties = Pick<
  KeyRecord,
  "accountId" | "region" | "keyId" | "keySpec" | "keyUsage" | "origin" | "multiRegion"
>;

/** Has the vault make key material for a key. The record still has to be stored. */
export async function createKeyMaterial(
  vault: VaultClient,
  key: KeyProperties,
  generation: Pick<
    KeyMaterialRecord,
    "generation" | "rotationType" | "rotatedAtMs" | "createdAtMs"
  >,
): Promise<KeyMaterialRecord> {
  const reference = randomBytes(16);
  const keyMaterialId = randomBytes(32).toString("hex");
  const { createdAtMs } = generation;
  const facts = { ...propertiesOf(key), reference, keyMaterialId, createdAtMs };
  const { wrapped, publicKey } = await madeByVault(vault, facts);
  return {
    accountId: key.accountId,
    region: key.region,
    keyId: key.keyId,
    reference: reference.toString("hex"),
    keyMaterialId,
    wrapped,
    publicKey,
    description: null,
    validToMs: null,
    rowVersion: 1,
    ...generation,
  };
}

async function madeByVault(
  vault: VaultClient,
  facts: KeyMaterialFacts,
): Promise<{ readonly wrapped: Uint8Array; readonly publicKey: Uint8Array | null }> {
  if (hasPublicKey(facts.keySpec)) return await askVault(vault, "createKeyPair", { facts });
  return { ...(await askVault(vault, "createKeyMaterial", { facts })), publicKey: null };
}

/** Stores key material for a key: the one it was made for, or one that is related to that. */
export function insertOf(
  material: KeyMaterialRecord,
  { region }: Pick<KeyRecord, "region">,
): Change {
  return { kind: "insert", table: "keyMaterials", record: { ...material, region, rowVersion: 1 } };
}

/** As currentMaterial, for a key into which nothing may have been imported yet. */
export function currentMaterialIfAny(
  store: Store,
  key: KeyRecord,
): Eventually<KeyMaterialRecord | undefined> {
  return key.currentMaterial === null ? undefined : currentMaterial(store, key);
}

/** The key's current key material. A key without one is a damaged store, not a refusal. */
export function currentMaterial(store: Store, key: KeyRecord): Eventually<KeyMaterialRecord> {
  const reference = key.currentMaterial;
  const found = reference === null ? undefined : store.findKeyMaterial(key, reference);
  return andThen(found, (record) => {
    if (record === undefined) throw new Error(`key material ${reference} is not stored`);
    return record;
  });
}

/**
 * The key material id that a caller is shown. Only symmetric keys can have more than one
 * key material, and not those in a key store, so only theirs has a name.
 */
export function shownMaterialId(
  key: KeyRecord,
  material: Pick<KeyMaterialRecord, "keyMaterialId"> | undefined,
): string | undefined {
  const isNamed = key.keySpec === symmetricDefault && key.customKeyStoreId === null;
  return isNamed ? material?.keyMaterialId : undefined;
}

const forVault = new WeakMap<KeyMaterialRecord, WrappedKeyMaterial>();

/** Stored key material in the vault's terms, with the facts it was wrapped for. */
export function wrappedMaterial(key: KeyRecord, record: KeyMaterialRecord): WrappedKeyMaterial {
  const before = forVault.get(record);
  if (before !== undefined) return before;
  const { keyMaterialId, wrapped } = record;
  // The key was read before its imported key material was taken away: it is read again.
  if (wrapped === null) throw new StoreConflict(`key material ${record.reference} is not there`);
  const material = { facts: { ...factsWithoutId(key, record), keyMaterialId }, wrapped };
  forVault.set(record, material);
  return material;
}

/** What is known of a key's material before its id is. */
export function factsWithoutId(
  key: KeyProperties,
  { reference, createdAtMs }: Pick<KeyMaterialRecord, "reference" | "createdAtMs">,
): Omit<KeyMaterialFacts, "keyMaterialId"> {
  return { ...propertiesOf(key), reference: Buffer.from(reference, "hex"), createdAtMs };
}

function propertiesOf({ accountId, keyId, keySpec, keyUsage, origin, multiRegion }: KeyProperties) {
  return { accountId, keyId, keySpec, keyUsage, origin, multiRegion };
}
