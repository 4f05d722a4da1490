/** The end of imported key material whose owner said how long it is good for. */
import type { ServiceEvent } from "../service/trail.ts";
import type { Change } from "../store/store.ts";
import { serviceEvent } from "./events.ts";
import { withdrawal, type Withdrawn } from "./imported-material.ts";
import { shownMaterialId } from "./key-material.ts";

export interface Expiry {
  readonly changes: readonly Change[];
  /** The DeleteExpiredKeyMaterial event that CloudTrail shows. */
  readonly event: ServiceEvent;
}

/** What is stored when one of a key's materials has expired. */
export function expiry(expired: Withdrawn, nowMs: number): Expiry {
  const { key, material } = expired;
  const { keyId } = key;
  return {
    changes: withdrawal(expired, nowMs),
    event: serviceEvent("DeleteExpiredKeyMaterial", key, {
      atMs: nowMs,
      serviceEventDetails: { keyId, keyMaterialId: shownMaterialId(key, material) },
    }),
  };
}
