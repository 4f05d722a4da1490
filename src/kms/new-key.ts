/** A key that does not exist yet: its record, its first key material, and the changes that store both. */
import { randomBytes, randomUUID } from "node:crypto";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { externalOrigin } from "./imported-material.ts";
import { type Key, keyOf } from "./key.ts";
import { createKeyMaterial } from "./key-material.ts";

type Chosen = Pick<
  KeyRecord,
  | "accountId"
  | "region"
  | "keySpec"
  | "keyUsage"
  | "origin"
  | "keyManager"
  | "multiRegion"
  | "description"
  | "policy"
  | "tags"
  | "createdAtMs"
  | "rotationPeriodDays"
  | "nextRotationAtMs"
> &
  Partial<Pick<KeyRecord, "customKeyStoreId" | "xksKeyId">>;

export interface NewKey {
  readonly key: Key;
  /** None yet where the owner is to import it. */
  readonly material: KeyMaterialRecord | undefined;
  readonly changes: readonly Change[];
}

/** Makes a key, with key material of the vault's own unless it is to be imported. */
export async function newKey(vault: VaultClient, chosen: Chosen): Promise<NewKey> {
  const properties = {
    customKeyStoreId: null,
    xksKeyId: null,
    ...chosen,
    keyId: chosen.multiRegion ? multiRegionKeyId() : randomUUID(),
  };
  const { createdAtMs, origin } = chosen;
  const first = { generation: 0, rotationType: null, rotatedAtMs: null, createdAtMs };
  const material =
    origin === externalOrigin ? undefined : await createKeyMaterial(vault, properties, first);
  const record: KeyRecord = {
    ...properties,
    rowVersion: 1,
    keyState: material === undefined ? "PendingImport" : "Enabled",
    deletionAtMs: null,
    pendingWindowDays: null,
    primaryRegion: chosen.multiRegion ? chosen.region : null,
    currentMaterial: material?.reference ?? null,
    onDemandRotations: 0,
    materialValidToMs: null,
  };
  const changes: Change[] = [{ kind: "insert", table: "keys", record }];
  if (material !== undefined) {
    changes.push({ kind: "insert", table: "keyMaterials", record: material });
  }
  return { key: keyOf(record), material, changes };
}

function multiRegionKeyId(): string {
  return `mrk-${randomBytes(16).toString("hex")}`;
}
