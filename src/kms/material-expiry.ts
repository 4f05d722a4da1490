/** The end of imported key material whose owner said how long it is good for. */
import type { ServiceEvent } from "../service/trail.ts";
import type { KeyMaterialRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import { serviceEvent } from "./events.ts";
import { withdrawal } from "./imported-material.ts";
import type { Key } from "./key.ts";
import { symmetricDefault } from "./key-algorithms.ts";

export interface Expiry {
  readonly changes: readonly Change[];
  /** The DeleteExpiredKeyMaterial event that CloudTrail shows. */
  readonly event: ServiceEvent;
}

/** What is stored when one of a key's materials has expired. */
export function expiry(
  key: Key,
  materials: readonly KeyMaterialRecord[],
  expired: KeyMaterialRecord,
  nowMs: number,
): Expiry {
  const { keyId, keySpec } = key;
  const named = keySpec === symmetricDefault ? { keyMaterialId: expired.keyMaterialId } : {};
  return {
    changes: withdrawal(key, materials, expired, nowMs),
    event: serviceEvent("DeleteExpiredKeyMaterial", key, {
      atMs: nowMs,
      serviceEventDetails: { keyId, ...named },
    }),
  };
}
