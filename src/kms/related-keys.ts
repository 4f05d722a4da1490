/**
 * Multi-Region keys. Each Region has a record of its own of such a key, with the same key
 * id. What the keys share (key material, rotation, and which of them is the primary) is
 * written to all their records in one commit. Every such commit changes the primary's
 * record, so that its row version guards them all.
 */
import type { MultiRegionConfiguration } from "@aws-sdk/client-kms";
import { msPerDay } from "../lib/clock.ts";
import type { ServiceEvent } from "../service/trail.ts";
import type { KeyRecord } from "../store/records.ts";
import type { Change, Store } from "../store/store.ts";
import { serviceEvent } from "./events.ts";
import { changed, type Key, keyArn, keyOf } from "./key.ts";
import { isPrimary, isReplica } from "./primary-key.ts";

/**
 * A key and all that are related to it, by Region. A single-Region key is alone. The key
 * itself stays as its caller knows it: when it is outdated, so that the others do not fit
 * it, whatever is changed from here is refused at commit.
 */
export async function relatedKeys(store: Store, key: Key): Promise<readonly Key[]> {
  if (!key.multiRegion) return [key];
  const records = await store.listKeysOfId(key.accountId, key.keyId);
  const others = records.filter(({ region }) => region !== key.region).map(keyOf);
  return [key, ...others].toSorted((one, other) => (one.region < other.region ? -1 : 1));
}

/** Whether the key is a primary one that has replicas, whatever their state. */
export async function hasReplicas(store: Store, key: Key): Promise<boolean> {
  return isPrimary(key) && (await relatedKeys(store, key)).length > 1;
}

/** What is to be stored when a property that related keys share is changed. */
export function changeShared(
  related: readonly Key[],
  changes: Partial<
    Pick<
      KeyRecord,
      | "primaryRegion"
      | "currentMaterial"
      | "rotationPeriodDays"
      | "nextRotationAtMs"
      | "onDemandRotations"
    >
  >,
): readonly Change[] {
  return related.map((key) => ({
    kind: "update",
    table: "keys",
    record: changed(key, changes),
  }));
}

/** MultiRegionConfiguration of KeyMetadata; nothing for a single-Region key. */
export function multiRegionConfiguration(
  key: Key,
  related: readonly Key[],
): MultiRegionConfiguration | undefined {
  const { primaryRegion } = key;
  if (primaryRegion === null) return undefined;
  return {
    MultiRegionKeyType: isPrimary(key) ? "PRIMARY" : "REPLICA",
    PrimaryKey: placeOf({ ...key, region: primaryRegion }),
    ReplicaKeys: related.filter(({ region }) => region !== primaryRegion).map(placeOf),
  };
}

function placeOf(key: Key) {
  return { Arn: keyArn(key), Region: key.region };
}

/**
 * What the deletion of a replica changes at its primary. A primary that is to be deleted
 * waits for its last replica, and its own waiting period begins then.
 */
export async function changesAtPrimary(
  store: Store,
  deleted: Key,
  nowMs: number,
): Promise<readonly Change[]> {
  if (!isReplica(deleted)) return [];
  const related = await relatedKeys(store, deleted);
  const primary = related.find(isPrimary);
  if (primary === undefined) throw new Error(`the replica ${deleted.arn} has no primary key`);
  const record = changed(primary, related.length === 2 ? withoutReplicas(primary, nowMs) : {});
  return [{ kind: "update", table: "keys", record }];
}

function withoutReplicas(primary: Key, nowMs: number): Partial<KeyRecord> {
  const { keyState, pendingWindowDays } = primary;
  if (keyState !== "PendingReplicaDeletion" || pendingWindowDays === null) return {};
  return {
    keyState: "PendingDeletion",
    deletionAtMs: nowMs + pendingWindowDays * msPerDay,
    pendingWindowDays: null,
  };
}

/** The SynchronizeMultiRegionKey event for what a primary shares with its replicas, if it has any. */
export function synchronizeEvents(
  primary: Key,
  related: readonly Key[],
  at: { readonly atMs: number; readonly requestId: string },
): readonly ServiceEvent[] {
  return related.length < 2 ? [] : [serviceEvent("SynchronizeMultiRegionKey", primary, at)];
}
