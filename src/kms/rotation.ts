/** Rotation: new key material becomes the current one, all older material keeps decrypting. */
import { msPerDay } from "../lib/clock.ts";
import type { ServiceEvent } from "../service/trail.ts";
import type { KeyMaterialRecord } from "../store/records.ts";
import type { Change, Store } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { isPresentEverywhere } from "./awaited-material.ts";
import { KmsError } from "./errors.ts";
import { serviceEvent } from "./events.ts";
import { externalOrigin, pendingRotation, standing } from "./imported-material.ts";
import { changed, type Key } from "./key.ts";
import { symmetricDefault } from "./key-algorithms.ts";
import { createKeyMaterial, currentMaterial, insertOf } from "./key-material.ts";
import { requireOrigin } from "./key-origin.ts";
import { changeShared, relatedKeys, synchronizeEvents } from "./related-keys.ts";

export const defaultRotationPeriodDays = 365;

export interface Rotation {
  readonly changes: readonly Change[];
  /** The RotateKey event that CloudTrail shows beside the call, or alone; its replicas' news with it. */
  readonly events: readonly [ServiceEvent, ...ServiceEvent[]];
}

/** Only symmetric keys have more than one key material, and those of key stores do not. */
export function requireRotatable(key: Key): void {
  if (key.keySpec !== symmetricDefault) throw new KmsError("UnsupportedOperationException");
  requireOrigin(key, "AWS_KMS", externalOrigin);
}

interface RotationParts {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly nowMs: number;
  /** Of the call that asked for it, or of the service's own work. */
  readonly requestId: string;
}

/** Has the vault make the next key material and says what is to be stored, for replicas too. */
export async function rotate(
  { vault, store, nowMs, requestId }: RotationParts,
  key: Key,
  rotationType: "AUTOMATIC" | "ON_DEMAND",
): Promise<Rotation> {
  const materials = await store.listKeyMaterials(key);
  const previous = materials.at(-1);
  if (previous === undefined) throw new Error(`the key ${key.arn} has no key material`);
  const generation = {
    generation: previous.generation + 1,
    rotationType,
    rotatedAtMs: nowMs,
    createdAtMs: nowMs,
  };
  const material = await createKeyMaterial(vault, key, generation);
  const related = await relatedKeys(store, key);
  const changes = [
    ...related.map((one) => insertOf(material, one)),
    ...changeShared(related, {
      currentMaterial: material.reference,
      ...(rotationType === "AUTOMATIC"
        ? { nextRotationAtMs: nextRotation(key.rotationPeriodDays, nowMs) }
        : { onDemandRotations: key.onDemandRotations + 1 }),
    }),
  ];
  const synchronized = synchronizeEvents(key, related, { atMs: nowMs, requestId });
  return { changes, events: [rotateKeyEvent(key, previous, material), ...synchronized] };
}

/** The material that its owner imported for the next rotation of the key. */
export async function requirePendingMaterial(
  store: Store,
  key: Key,
  nowMs: number,
): Promise<KeyMaterialRecord> {
  const pending = pendingRotation(key, await store.listKeyMaterials(key));
  if (pending !== undefined && (await isPresentEverywhere(store, key, pending, nowMs))) {
    return pending;
  }
  throw new KmsError(
    "KMSInvalidStateException",
    `No available key material pending rotation for the key: ${key.arn}.`,
  );
}

/** Makes the key material that waited for it the current one, of replicas too. */
export async function rotateTo(
  pending: KeyMaterialRecord,
  { store, nowMs, requestId }: Omit<RotationParts, "vault">,
  key: Key,
): Promise<Rotation> {
  const previous = await currentMaterial(store, key);
  const related = await relatedKeys(store, key);
  const changes: Change[] = [];
  for (const one of related) {
    const materials = await store.listKeyMaterials(one);
    const ofOne = requireOne(materials, pending.reference);
    changes.push(...rotatedTo(ofOne, materials, one, nowMs));
  }
  const events = synchronizeEvents(key, related, { atMs: nowMs, requestId });
  return { changes, events: [rotateKeyEvent(key, previous, rotatedAt(pending, nowMs)), ...events] };
}

function requireOne(materials: readonly KeyMaterialRecord[], reference: string) {
  const found = materials.find((material) => material.reference === reference);
  if (found === undefined) throw new Error(`key material ${reference} is not stored`);
  return found;
}

function rotatedAt(pending: KeyMaterialRecord, nowMs: number): KeyMaterialRecord {
  const rowVersion = pending.rowVersion + 1;
  return { ...pending, rotationType: "ON_DEMAND", rotatedAtMs: nowMs, rowVersion };
}

function rotatedTo(
  pending: KeyMaterialRecord,
  materials: readonly KeyMaterialRecord[],
  key: Key,
  nowMs: number,
): readonly Change[] {
  const current = { currentMaterial: pending.reference };
  const record = changed(key, {
    ...current,
    ...standing({ ...key, ...current }, materials, nowMs),
    onDemandRotations: key.onDemandRotations + 1,
  });
  return [
    { kind: "update", table: "keyMaterials", record: rotatedAt(pending, nowMs) },
    { kind: "update", table: "keys", record },
  ];
}

export function nextRotation(periodDays: number | null, nowMs: number): number | null {
  return periodDays === null ? null : nowMs + periodDays * msPerDay;
}

function rotateKeyEvent(
  key: Key,
  previous: KeyMaterialRecord,
  current: KeyMaterialRecord,
): ServiceEvent {
  return serviceEvent("RotateKey", key, {
    atMs: current.rotatedAtMs ?? current.createdAtMs,
    serviceEventDetails: {
      rotationType: current.rotationType,
      keyOrigin: key.origin,
      previousKeyMaterialId: previous.keyMaterialId,
      currentKeyMaterialId: current.keyMaterialId,
      keyId: key.keyId,
    },
  });
}
