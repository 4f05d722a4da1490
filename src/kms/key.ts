/** A KMS key as the service knows it: its record in the store, and what follows from it. */
import { partitionOf } from "../lib/arn.ts";
import type { CustomKeyStoreRecord, KeyName, KeyRecord } from "../store/records.ts";
import type { TrailResource } from "../service/trail.ts";

export interface Key extends KeyRecord {
  readonly arn: string;
  /** As it was when the key was found. Nothing for a key of the vault's own. */
  readonly keyStore?: CustomKeyStoreRecord;
  /** The state in the store, where the clock says another: what follows from the clock is not stored. */
  readonly storedState?: string;
}

const known = new WeakMap<KeyRecord, Key>();

/** The key of a stored record. The same record gives the same key, so that work can be hung on it. */
export function keyOf(record: KeyRecord): Key {
  const before = known.get(record);
  if (before !== undefined) return before;
  const key = { ...record, arn: keyArn(record) };
  known.set(record, key);
  return key;
}

/**
 * The key of a stored record as it stands at a moment: imported key material that has
 * expired is of no use from then on, though it may be seconds until it is taken away.
 */
export function keyAt(record: KeyRecord, nowMs: number): Key {
  const key = keyOf(record);
  if (!losesMaterial(key, nowMs)) return key;
  return { ...key, keyState: "PendingImport", storedState: key.keyState };
}

function losesMaterial({ keyState, materialValidToMs }: KeyRecord, nowMs: number): boolean {
  if (materialValidToMs === null || materialValidToMs > nowMs) return false;
  return keyState === "Enabled" || keyState === "Disabled";
}

/** What the store keeps of a key. */
export function recordOf({
  arn: _arn,
  keyStore: _keyStore,
  storedState,
  ...record
}: Key): KeyRecord {
  return storedState === undefined ? record : { ...record, keyState: storedState };
}

/** The key's next version, with some of its properties changed. */
export function changed(key: Key, changes: Partial<KeyRecord>): KeyRecord {
  return { ...recordOf(key), ...changes, rowVersion: key.rowVersion + 1 };
}

export function keyArn({ accountId, region, keyId }: KeyName): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:key/${keyId}`;
}

export function aliasArn(accountId: string, region: string, aliasName: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:${aliasName}`;
}

/** How CloudTrail names a key. Aliases are given the same type. */
export function keyResource(accountId: string, arn: string): TrailResource {
  return { accountId, type: "AWS::KMS::Key", ARN: arn };
}
