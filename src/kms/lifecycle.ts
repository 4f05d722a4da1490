/**
 * What happens to keys when their time comes: deletion at the end of the waiting period,
 * expiry of imported key material, automatic rotation. Each step is stored together with its record, so that a crash
 * leaves it either done and remembered or still to do.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { ServiceEvent, Trail } from "../service/trail.ts";
import type { KeyMaterialRecord } from "../store/records.ts";
import { commitOnRecord } from "../store/commit-on-record.ts";
import { type Change, type Store, StoreConflict } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { serviceEvent } from "./events.ts";
import { type Key, keyOf, recordOf } from "./key.ts";
import type { LastUsages } from "./last-usage.ts";
import { expiry } from "./material-expiry.ts";
import { changesAtPrimary } from "./related-keys.ts";
import { rotate } from "./rotation.ts";
import { forgetKeyMaterial } from "./vault.ts";

export interface LifecycleParts {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly trail: Trail;
  readonly lastUsages: LastUsages;
  readonly clock: Clock;
}

/** Keys that are worked on before the clock is read again. */
const batchSize = 100;

/** What was seen to: keys deleted and rotated, imported key materials expired. */
export interface SeenTo {
  readonly deleted: number;
  readonly expired: number;
  readonly rotated: number;
}

/** Does everything that is due now, and takes what was deleted out of every file. */
export async function runLifecycle(parts: LifecycleParts): Promise<SeenTo> {
  try {
    const deleted = await deleteDueKeys(parts);
    const expired = await expireDueMaterials(parts);
    const rotated = await rotateDueKeys(parts);
    await dropExpiredImportKeys(parts);
    return { deleted, expired, rotated };
  } finally {
    // Whoever deleted it: a deleted row stays in freed pages and in the log until then.
    if (await parts.store.isErasureDue()) await parts.store.eraseDeleted();
  }
}

async function deleteDueKeys(parts: LifecycleParts): Promise<number> {
  return await workOff(
    async () => await parts.store.listKeysDueForDeletion(parts.clock(), batchSize),
    async (record) => await deleteKey(keyOf(record), parts),
  );
}

async function expireDueMaterials(parts: LifecycleParts): Promise<number> {
  return await workOff(
    async () => await parts.store.listKeyMaterialsDueToExpire(parts.clock(), batchSize),
    async (material) => await expireMaterial(material, parts),
  );
}

async function rotateDueKeys(parts: LifecycleParts): Promise<number> {
  return await workOff(
    async () => await parts.store.listKeysDueForRotation(parts.clock(), batchSize),
    async (record) => await rotateKey(keyOf(record), parts),
  );
}

/** Nothing that anyone hears of: their tokens say themselves when they end. */
async function dropExpiredImportKeys(parts: LifecycleParts): Promise<void> {
  for (;;) {
    const expired = await parts.store.listImportKeysExpired(parts.clock(), batchSize);
    await parts.store.commit(
      expired.map((record) => ({ kind: "delete", table: "importKeys", record }) as const),
    );
    if (expired.length < batchSize) return;
  }
}

/** Batch after batch, until nothing is due or nothing that is due can be done now. */
async function workOff<Due>(
  findDue: () => Promise<readonly Due[]>,
  work: (due: Due) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (;;) {
    const due = await findDue();
    const doneBefore = done;
    for (const record of due) if (await work(record)) done += 1;
    if (due.length < batchSize || done === doneBefore) return done;
  }
}

/** The key, its material, aliases, tags and policy vanish in one transaction. */
async function deleteKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const materials = await parts.store.listKeyMaterials(key);
  const atMs = parts.clock();
  const changes: Change[] = [
    { kind: "delete", table: "keys", record: recordOf(key) },
    ...(await changesAtPrimary(parts.store, key, atMs)),
  ];
  const stored = await store(changes, [serviceEvent("DeleteKey", key, { atMs })], parts);
  if (!stored) return false;
  const references = materials.map(({ reference }) => reference);
  await forgetKeyMaterial(parts.vault, references);
  return true;
}

async function expireMaterial(due: KeyMaterialRecord, parts: LifecycleParts): Promise<boolean> {
  const record = await parts.store.findKey(due);
  const materials = await parts.store.listKeyMaterials(due);
  const expired = materials.find(({ reference }) => reference === due.reference);
  // Deleted, or imported again, since it was found to be due.
  if (record === undefined || expired?.rowVersion !== due.rowVersion) return false;
  const { changes, event } = expiry(keyOf(record), materials, expired, parts.clock());
  if (!(await store(changes, [event], parts))) return false;
  await forgetKeyMaterial(parts.vault, [due.reference]);
  return true;
}

async function rotateKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const desk = { ...parts, nowMs: parts.clock(), requestId: randomUUID() };
  const { changes, events } = await rotate(desk, key, "AUTOMATIC");
  return await store(changes, events, parts);
}

/** A key that someone changed in the meantime is looked at again the next time. */
async function store(
  changes: readonly Change[],
  events: readonly ServiceEvent[],
  parts: LifecycleParts,
): Promise<boolean> {
  try {
    const entries = events.map((event) => parts.trail.compose(event));
    await commitOnRecord(parts, changes, ...entries);
    return true;
  } catch (error) {
    if (error instanceof StoreConflict) return false;
    throw error;
  }
}
