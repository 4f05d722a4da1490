/**
 * What happens to keys when their time comes: deletion at the end of the waiting period,
 * expiry of imported key material, automatic rotation. Each step is stored together with
 * its record, so that a crash leaves it either done and remembered or still to do. A key
 * that cannot be seen to keeps no other from it.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import type { TokenKeys } from "../service/token-keys.ts";
import type { ServiceEvent, Trail } from "../service/trail.ts";
import { commitOnRecord } from "../store/commit-on-record.ts";
import { StoreUnavailable } from "../store/errors.ts";
import type { KeyMaterialRecord, KeyName } from "../store/records.ts";
import { type Change, type Part, type Store, StoreConflict } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { sameElsewhere } from "./awaited-material.ts";
import { KmsError } from "./errors.ts";
import { serviceEvent } from "./events.ts";
import { type Key, keyOf, recordOf } from "./key.ts";
import type { LastUsages } from "./last-usage.ts";
import { expiry } from "./material-expiry.ts";
import { isReplica } from "./primary-key.ts";
import { changesAtPrimary } from "./related-keys.ts";
import { rotate } from "./rotation.ts";
import type { SeenTime } from "./seen-time.ts";
import type { Setbacks } from "./setbacks.ts";
import { backingKeysOf, tokenKeyOf, tokenOrigin } from "./token-key.ts";
import { forgetKeyMaterial } from "./vault.ts";

export interface LifecycleParts {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly trail: Trail;
  readonly lastUsages: LastUsages;
  readonly tokenKeys: Pick<TokenKeys, "destroy">;
  readonly clock: Clock;
  /** By which something may be destroyed. */
  readonly seenTime: Pick<SeenTime, "now">;
  readonly setbacks: Setbacks;
}

/** What is worked on before the clock is read again. */
const batchSize = 100;

/** What was seen to: keys deleted and rotated, imported key materials expired. */
export interface SeenTo {
  readonly deleted: number;
  readonly expired: number;
  readonly rotated: number;
}

/**
 * Does everything that is due now. Rejects when nothing can be done for any key: the
 * store, the journal or the vault is away.
 */
export async function runLifecycle(parts: LifecycleParts): Promise<SeenTo> {
  const deleted = await deleteDueKeys(parts);
  const expired = await expireDueMaterials(parts);
  const rotated = await rotateDueKeys(parts);
  await dropExpiredImportKeys(parts);
  return { deleted, expired, rotated };
}

async function deleteDueKeys(parts: LifecycleParts): Promise<number> {
  const { store, seenTime } = parts;
  return await workOff(parts, {
    list: async (part) => await store.listKeysDueForDeletion(await seenTime.now(), part),
    async work(name) {
      const key = await findKey(name, parts);
      if (key?.keyState !== "PendingDeletion") return false;
      return isPast(key.deletionAtMs, await seenTime.now()) && (await deleteKey(key, parts));
    },
  });
}

async function expireDueMaterials(parts: LifecycleParts): Promise<number> {
  const { store, seenTime } = parts;
  return await workOff(parts, {
    list: async (part) => await store.listKeyMaterialsDueToExpire(await seenTime.now(), part),
    work: async (material) => await expireMaterial(material, parts),
  });
}

async function rotateDueKeys(parts: LifecycleParts): Promise<number> {
  const { store, clock } = parts;
  return await workOff(parts, {
    list: async (part) => await store.listKeysDueForRotation(clock(), part),
    async work(name) {
      const key = await findKey(name, parts);
      // A primary key that has become a replica meanwhile is rotated with the next primary.
      if (key?.keyState !== "Enabled" || isReplica(key)) return false;
      return isPast(key.nextRotationAtMs, clock()) && (await rotateKey(key, parts));
    },
  });
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

async function findKey(name: KeyName, { store }: LifecycleParts): Promise<Key | undefined> {
  const record = await store.findKey(name);
  return record && keyOf(record);
}

function isPast(dueAtMs: number | null, nowMs: number): boolean {
  return dueAtMs !== null && dueAtMs <= nowMs;
}

interface Due<Item extends KeyName> {
  /** Part of what is due. What was done is not due any more. */
  readonly list: (part: Part) => Promise<readonly Item[]>;
  /** Sees to what it still finds due, and says whether that was done. */
  readonly work: (due: Item) => Promise<boolean>;
}

/** Part after part, past what cannot be done now, until the end of what is due. */
async function workOff<Item extends KeyName>(
  parts: LifecycleParts,
  { list, work }: Due<Item>,
): Promise<number> {
  let done = 0;
  let notDone = 0;
  for (;;) {
    const due = await list({ after: notDone, limit: batchSize });
    for (const item of due) {
      if (await seeTo(item, work, parts)) done += 1;
      else notDone += 1;
    }
    if (due.length < batchSize) return done;
  }
}

async function seeTo<Item extends KeyName>(
  item: Item,
  work: Due<Item>["work"],
  { setbacks, clock }: LifecycleParts,
): Promise<boolean> {
  if (setbacks.isResting(item, clock())) return false;
  try {
    return await work(item);
  } catch (error) {
    if (isEverybodys(error)) throw error instanceof NotStored ? error.cause : error;
    setbacks.note(item, error, clock());
    return false;
  }
}

/** The store or the journal failed, whatever was to be put there. */
class NotStored extends Error {}

/** Other keys would fare no better. */
function isEverybodys(error: unknown): boolean {
  if (error instanceof NotStored || error instanceof StoreUnavailable) return true;
  return error instanceof KmsError && error.code === "KeyUnavailableException";
}

/**
 * The key, its material, aliases, tags and policy vanish in one transaction. That they
 * leave the files too is the store's to see to.
 */
async function deleteKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const materials = await parts.store.listKeyMaterials(key);
  const atMs = parts.clock();
  const changes: Change[] = [
    { kind: "delete", table: "keys", record: recordOf(key) },
    ...(await changesAtPrimary(parts.store, key, atMs)),
  ];
  const event = serviceEvent("DeleteKey", key, { atMs });
  const additionalEventData = backingKeysOf(key, materials);
  const onRecord = additionalEventData === undefined ? event : { ...event, additionalEventData };
  if (!(await storeOnRecord(changes, [onRecord], parts))) return false;
  const references = materials.map(({ reference }) => reference);
  await forgetKeyMaterial(parts.vault, references);
  await destroyInToken(key, references, parts);
  return true;
}

/** A token that takes longer holds up no other key's deletion. */
const tokenPatienceMs = 250;

/**
 * Not before the deletion is stored: until then it can be cancelled. Without the key material
 * of the vault that goes with it, what is left in a token that is away decrypts nothing.
 * Never rejects: the key is deleted, whatever its token says.
 */
async function destroyInToken(
  key: Key,
  references: readonly string[],
  parts: LifecycleParts,
): Promise<void> {
  if (key.origin !== tokenOrigin) return;
  const destroying = Promise.all(
    references.map(async (reference) => await destroyOne(key, reference, parts)),
  ).catch((error: unknown) => parts.setbacks.note(key, error, parts.clock()));
  await Promise.race([destroying, sleep(tokenPatienceMs, undefined, { ref: false })]);
}

async function destroyOne(
  { accountId, region, customKeyStoreId }: Key,
  reference: string,
  { store, tokenKeys }: LifecycleParts,
): Promise<void> {
  if (customKeyStoreId === null) throw new Error(`${reference} is in no key store`);
  const keyStore = await store.findCustomKeyStore({ accountId, region, customKeyStoreId });
  const isConnected = keyStore?.connectionState === "CONNECTED";
  const answer = isConnected
    ? await tokenKeys.destroy(tokenKeyOf(keyStore, reference))
    : { failed: "not connected" };
  if ("failed" in answer) throw new Error(`${reference} is left in its token: ${answer.failed}`);
}

async function expireMaterial(due: KeyMaterialRecord, parts: LifecycleParts): Promise<boolean> {
  const key = await findKey(due, parts);
  const materials = await parts.store.listKeyMaterials(due);
  const expired = materials.find(({ reference }) => reference === due.reference);
  // Deleted, or imported again, since it was found to be due.
  if (key === undefined || expired?.rowVersion !== due.rowVersion) return false;
  const elsewhere = await sameElsewhere(parts.store, key, expired);
  const withdrawn = { key, materials, material: expired, elsewhere };
  const { changes, event } = expiry(withdrawn, parts.clock());
  if (!(await storeOnRecord(changes, [event], parts))) return false;
  await forgetKeyMaterial(parts.vault, [due.reference]);
  return true;
}

async function rotateKey(key: Key, parts: LifecycleParts): Promise<boolean> {
  const desk = { ...parts, nowMs: parts.clock(), requestId: randomUUID() };
  const { changes, events } = await rotate(desk, key, "AUTOMATIC");
  return await storeOnRecord(changes, events, parts);
}

/** A key that someone changed in the meantime is looked at again the next time. */
async function storeOnRecord(
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
    // A record that the schema cannot keep is the fault of that record.
    throw error instanceof TypeError ? error : new NotStored("not stored", { cause: error });
  }
}
