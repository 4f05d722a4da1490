import { msPerDay } from "../lib/clock.ts";
import type { ConditionFacts, Desk, KeyInUse } from "./operation.ts";

/**
 * kms:TrailingDaysWithoutKeyUsage: whole days since the last cryptographic use. A key that
 * was never used has not been used since it was created.
 */
export async function daysUnused(
  [{ key }]: readonly [KeyInUse, ...KeyInUse[]],
  { lastUsages, nowMs }: Desk,
): Promise<ConditionFacts> {
  const usage = await lastUsages.find(key);
  const days = Math.floor((nowMs - (usage?.usedAtMs ?? key.createdAtMs)) / msPerDay);
  return { "kms:TrailingDaysWithoutKeyUsage": Math.max(days, 0).toString() };
}
