/**
 * What happens to keys when their time comes: deletion at the end of the waiting period,
 * automatic rotation. Each step is stored together with its record, so that a crash
 * leaves it either done and remembered or still to do.
 */
import type { Clock } from "../lib/clock.ts";
import type { ServiceEvent, Trail } from "../service/trail.ts";
import type { KeyRecord } from "../store/records.ts";
import { commitOnRecord } from "../store/commit-on-record.ts";
import { type Change, type Store, StoreConflict } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { serviceEvent } from "./events.ts";
import { type Key, keyOf, recordOf } from "./key.ts";
import type { LastUsages } from "./last-usage.ts";
import { rotate } from "./rotation.ts";
import { askVault } from "./vault.ts";

export interface LifecycleParts {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly trail: Trail;
  readonly lastUsages: LastUsages;
  readonly clock: Clock;
}

/** Keys that are worked on before the clock is read again. */
const batchSize = 100;

/** Does everything that is due now. Says how many keys were deleted and rotated. */
export async function runLifecycle(
  parts: LifecycleParts,
): Promise<{ readonly deleted: number; readonly rotated: number }> {
  const deleted = await deleteDueKeys(parts);
  const rotated = await rotateDueKeys(parts);
  return { deleted, rotated };
}

async function deleteDueKeys(parts: LifecycleParts): Promise<number> {
  let begun = false;
  try {
    return await workOff(
      async () => await parts.store.listKeysDueForDeletion(parts.clock(), batchSize),
      async (key) => {
        begun = true;
        return await deleteKey(key, parts);
      },
    );
  } finally {
    // A deleted row still lies in the write-ahead log until that is emptied, whatever came after.
    if (begun) await parts.store.eraseDeleted();
  }
}

async function rotateDueKeys(parts: LifecycleParts): Promise<number> {
  return await workOff(
    async () => await parts.store.listKeysDueForRotation(parts.clock(), batchSize),
    async (key) => await rotateKey(key, parts),
  );
}

/** Batch after batch, until nothing is due or nothing that is due can be done now. */
async function workOff(
  findDue: () => Promise<readonly KeyRecord[]>,
  work: (key: Key) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (;;) {
    const due = await findDue();
    const doneBefore = done;
    for (const record of due) if (await work(keyOf(record))) done += 1;
    if (due.length < batchSize || done === doneBefore) return done;
  }
}

/** The key, its material, aliases, tags and policy vanish in one transaction. */
async function deleteKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const materials = await parts.store.listKeyMaterials(key);
  const event = serviceEvent("DeleteKey", key, { atMs: parts.clock() });
  const stored = await store(
    [{ kind: "delete", table: "keys", record: recordOf(key) }],
    event,
    parts,
  );
  if (!stored) return false;
  for (const { reference } of materials) {
    await askVault(parts.vault, "forgetKeyMaterial", { reference: Buffer.from(reference, "hex") });
  }
  return true;
}

async function rotateKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const { changes, event } = await rotate({ ...parts, nowMs: parts.clock() }, key, "AUTOMATIC");
  return await store(changes, event, parts);
}

/** A key that someone changed in the meantime is looked at again the next time. */
async function store(
  changes: readonly Change[],
  event: ServiceEvent,
  parts: LifecycleParts,
): Promise<boolean> {
  try {
    await commitOnRecord(parts, changes, parts.trail.compose(event));
    return true;
  } catch (error) {
    if (error instanceof StoreConflict) return false;
    throw error;
  }
}
