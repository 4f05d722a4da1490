/** A key that does not exist yet: its record, its first key material, and the changes that store both. */
import { randomUUID } from "node:crypto";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { type Key, keyOf } from "./key.ts";
import { createKeyMaterial } from "./key-material.ts";

type Chosen = Pick<
  KeyRecord,
  | "accountId"
  | "region"
  | "keySpec"
  | "keyUsage"
  | "keyManager"
  | "description"
  | "policy"
  | "tags"
  | "createdAtMs"
  | "rotationPeriodDays"
  | "nextRotationAtMs"
>;

export interface NewKey {
  readonly key: Key;
  readonly material: KeyMaterialRecord;
  readonly changes: readonly Change[];
}

/** Makes a key with key material of the vault's own. */
export async function newKey(vault: VaultClient, chosen: Chosen): Promise<NewKey> {
  const properties = {
    ...chosen,
    keyId: randomUUID(),
    origin: "AWS_KMS",
    multiRegion: false,
  };
  const { createdAtMs } = chosen;
  const first = { generation: 0, rotationType: null, rotatedAtMs: null, createdAtMs };
  const material = await createKeyMaterial(vault, properties, first);
  const record: KeyRecord = {
    ...properties,
    rowVersion: 1,
    keyState: "Enabled",
    deletionAtMs: null,
    pendingWindowDays: null,
    primaryRegion: null,
    currentMaterial: material.reference,
    onDemandRotations: 0,
  };
  const changes: Change[] = [
    { kind: "insert", table: "keys", record },
    { kind: "insert", table: "keyMaterials", record: material },
  ];
  return { key: keyOf(record), material, changes };
}
