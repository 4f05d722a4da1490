import { nextRotation, requireRotatable } from "./rotation.ts";
import type { Key } from "./key.ts";
import type { Desk } from "./operation.ts";
import { refuseReplica } from "./primary-key.ts";
import { changeShared, relatedKeys, synchronizeEvents } from "./related-keys.ts";

/**
 * What EnableKeyRotation and DisableKeyRotation bring about: automatic rotation every so
 * many days from now, or never for null. Replicas have the schedule of their primary.
 */
export async function setRotationPeriod(
  key: Key,
  rotationPeriodDays: number | null,
  { store, facts, nowMs }: Pick<Desk, "store" | "facts" | "nowMs">,
) {
  requireRotatable(key);
  refuseReplica(key);
  const related = await relatedKeys(store, key);
  const nextRotationAtMs = nextRotation(rotationPeriodDays, nowMs);
  return {
    output: {},
    changes: changeShared(related, { rotationPeriodDays, nextRotationAtMs }),
    responseElements: { keyId: key.arn },
    serviceEvents: synchronizeEvents(key, related, { atMs: nowMs, requestId: facts.requestId }),
  };
}
