/** Key material as the service handles it: made by the vault, stored wrapped, sent along with requests. */
import { randomBytes } from "node:crypto";
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type {
  KeyMaterialFacts,
  VaultClient,
  WrappedKeyMaterial,
} from "../vault-protocol/commands.ts";
import { hasPublicKey } from "./key-algorithms.ts";
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

/** The key's current key material. A key without one is a damaged store, not a refusal. */
export function currentMaterial(store: Store, key: KeyRecord): Eventually<KeyMaterialRecord> {
  const reference = key.currentMaterial;
  const found = reference === null ? undefined : store.findKeyMaterial(key, reference);
  return andThen(found, (record) => {
    if (record === undefined) throw new Error(`key material ${reference} is not stored`);
    return record;
  });
}

const forVault = new WeakMap<KeyMaterialRecord, WrappedKeyMaterial>();

/** Stored key material in the vault's terms, with the facts it was wrapped for. */
export function wrappedMaterial(key: KeyRecord, record: KeyMaterialRecord): WrappedKeyMaterial {
  const before = forVault.get(record);
  if (before !== undefined) return before;
  const { keyMaterialId, createdAtMs, wrapped } = record;
  if (wrapped === null) throw new Error(`key material ${record.reference} is not there`);
  const reference = Buffer.from(record.reference, "hex");
  const material = {
    facts: { ...propertiesOf(key), reference, keyMaterialId, createdAtMs },
    wrapped,
  };
  forVault.set(record, material);
  return material;
}

function propertiesOf({ accountId, keyId, keySpec, keyUsage, origin, multiRegion }: KeyProperties) {
  return { accountId, keyId, keySpec, keyUsage, origin, multiRegion };
}
