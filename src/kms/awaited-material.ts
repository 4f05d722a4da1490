/**
 * Imported key material of multi-Region keys. All related keys know the same key material,
 * so that a ciphertext names it alike everywhere; each has it only once it is imported in
 * its Region.
 */
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import type { Change, Store } from "../store/store.ts";
import { isPresent } from "./imported-material.ts";
import type { Key } from "./key.ts";
import { insertOf } from "./key-material.ts";
import { relatedKeys } from "./related-keys.ts";

/** Stores that a related key knows key material, which is to be imported there as well. */
export function insertAwaited(
  material: KeyMaterialRecord,
  related: Pick<KeyRecord, "region">,
): Change {
  return insertOf({ ...material, wrapped: null, validToMs: null }, related);
}

/** The keys that are related to a key, without itself. */
export async function otherRelatedKeys(store: Store, key: Key): Promise<readonly Key[]> {
  const related = await relatedKeys(store, key);
  return related.filter(({ region }) => region !== key.region);
}

/** The same key material, as the other related keys have it. */
export async function sameElsewhere(
  store: Store,
  key: Key,
  { reference }: Pick<KeyMaterialRecord, "reference">,
): Promise<readonly KeyMaterialRecord[]> {
  const others = await otherRelatedKeys(store, key);
  const all = await Promise.all(others.map(async (other) => await store.listKeyMaterials(other)));
  return all.flat().filter((material) => material.reference === reference);
}

/** Whether every related key has the key material, here where it is taken from, and elsewhere. */
export async function isPresentEverywhere(
  store: Store,
  key: Key,
  material: KeyMaterialRecord,
  nowMs: number,
): Promise<boolean> {
  if (!isPresent(material, nowMs)) return false;
  const others = await sameElsewhere(store, key, material);
  return others.every((other) => isPresent(other, nowMs));
}
