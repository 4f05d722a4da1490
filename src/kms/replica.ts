/** A replica that does not exist yet: where it may be, what it takes from its primary, and how it is told of. */
import type { KeyMetadata } from "@aws-sdk/client-kms";
import { partitionOf } from "../lib/arn.ts";
import type { KeyRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import { insertAwaited } from "./awaited-material.ts";
import { invalid, KmsError } from "./errors.ts";
import { externalOrigin } from "./imported-material.ts";
import { changed, type Key, keyArn, keyOf, recordOf } from "./key.ts";
import { insertOf } from "./key-material.ts";
import { keyMetadata } from "./key-metadata.ts";
import type { Desk } from "./operation.ts";
import { multiRegionConfiguration } from "./related-keys.ts";

/** Refuses a Region that can have no replica, or has one, or the primary itself. */
export function requireReplicaRegion(
  region: string,
  primary: Key,
  related: readonly Key[],
  served: readonly string[],
): void {
  if (region === primary.region) {
    throw invalid(`A key cannot be replicated into its own Region, ${region}.`);
  }
  if (!served.includes(region) || partitionOf(region) !== partitionOf(primary.region)) {
    throw invalid(`${primary.arn} cannot be replicated into the Region ${region}.`);
  }
  if (related.some((one) => one.region === region)) {
    const arn = keyArn({ ...primary, region });
    throw new KmsError("AlreadyExistsException", `The replica key ${arn} already exists.`);
  }
}

/**
 * The replica, and the changes that store it with all key material of its primary. What was
 * imported at the primary has to be imported at the replica as well.
 */
export async function newReplica(
  primary: Key,
  own: Pick<KeyRecord, "region" | "policy" | "tags" | "description">,
  { store, nowMs }: Pick<Desk, "store" | "nowMs">,
): Promise<{ readonly replica: Key; readonly changes: readonly Change[] }> {
  const isImported = primary.origin === externalOrigin;
  const record: KeyRecord = {
    ...recordOf(primary),
    ...own,
    ...(isImported ? { keyState: "PendingImport", materialValidToMs: null } : {}),
    createdAtMs: nowMs,
    rowVersion: 1,
  };
  const materials = await store.listKeyMaterials(primary);
  const changes: Change[] = [
    // So that what the primary shares cannot change meanwhile.
    { kind: "update", table: "keys", record: changed(primary, {}) },
    { kind: "insert", table: "keys", record },
    ...materials.map((material) =>
      isImported ? insertAwaited(material, record) : insertOf(material, record),
    ),
  ];
  return { replica: keyOf(record), changes };
}

/**
 * A new replica as AWS shows it in the answer that announces it. AWS goes on making it
 * for some seconds; here it is there, and enabled, before the answer leaves.
 */
export function replicaMetadata(replica: Key, related: readonly Key[]): KeyMetadata {
  return {
    ...keyMetadata(replica, undefined, multiRegionConfiguration(replica, related)),
    Enabled: false,
    KeyState: "Creating",
  };
}
