import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type Key, keyAt } from "./key.ts";

/** The key of a stored record as it stands at a moment, together with the key store it is in. */
export function foundKey(record: KeyRecord, store: Store, nowMs: number): Eventually<Key> {
  const { accountId, region, customKeyStoreId } = record;
  if (customKeyStoreId === null) return keyAt(record, nowMs);
  const found = store.findCustomKeyStore({ accountId, region, customKeyStoreId });
  return andThen(found, (keyStore) => {
    // A key store with keys in it is not deleted.
    if (keyStore === undefined) throw new Error(`${customKeyStoreId} is not stored`);
    return { ...keyAt(record, nowMs), keyStore };
  });
}
