/** Calls that met a conflict over the same record go on one after another. */
import type { Eventually } from "../lib/eventually.ts";
import type { KeyName } from "../store/records.ts";
import type { StoreConflict } from "../store/store.ts";

/** A queue, by its name among those of one owner. */
interface Queue {
  readonly queues: object;
  readonly name: string;
}

/** By name, the end of the last piece of work. It never rejects; a queue that is empty is gone. */
const owners = new WeakMap<object, Map<string, Promise<void>>>();

/** Does pieces of work of the same queue one after another, in the order they came. */
export async function inTurn<Result>(
  { queues, name }: Queue,
  work: () => Eventually<Result>,
): Promise<Result> {
  const ends = owners.get(queues) ?? new Map<string, Promise<void>>();
  owners.set(queues, ends);
  const result = (ends.get(name) ?? Promise.resolve()).then(work);
  const leave = (): void => {
    if (ends.get(name) === end) ends.delete(name);
  };
  const end = result.then(leave, leave);
  ends.set(name, end);
  return await result;
}

/**
 * Names what a call lost to another: a key with all that belongs to it, an alias, or what
 * else the store keeps. Other accounts and Regions, other keys, other names are others; the
 * keys that are related to a multi-Region key are one, for they are changed together.
 */
export function contestedRecord({ change }: StoreConflict): string {
  if (change === undefined) return "";
  const { table, record } = change;
  if ("keyId" in record) return keyName(record);
  if ("aliasName" in record) {
    return JSON.stringify([record.accountId, record.region, record.aliasName]);
  }
  if ("customKeyStoreId" in record) {
    return JSON.stringify([record.accountId, record.region, record.customKeyStoreId]);
  }
  return table;
}

function keyName({ accountId, region, keyId }: KeyName): string {
  return JSON.stringify([accountId, keyId.startsWith("mrk-") ? "" : region, keyId]);
}
