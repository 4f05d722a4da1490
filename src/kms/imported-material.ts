/** What follows for a key from the key material that its owner imported into it. */
import type { KeyMetadata } from "@aws-sdk/client-kms";
import type { KeyMaterialRecord, KeyRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import { changed, type Key } from "./key.ts";
import { isReplica } from "./primary-key.ts";

/** The origin of a key whose material its owner imports. */
export const externalOrigin = "EXTERNAL";

/** Imported key material can be used until its time has come. */
export function isPresent(
  { wrapped, validToMs }: Pick<KeyMaterialRecord, "wrapped" | "validToMs">,
  nowMs: number,
): boolean {
  return wrapped !== null && (validToMs === null || validToMs > nowMs);
}

/** The key material that RotateKeyOnDemand would make current. */
export function pendingRotation(
  key: Pick<KeyRecord, "currentMaterial">,
  materials: readonly KeyMaterialRecord[],
): KeyMaterialRecord | undefined {
  const permanent = permanentOf(key, materials);
  return materials.find((material) => !permanent.includes(material));
}

/** What was current once stays with the key: each opens ciphertexts that no other opens. */
function permanentOf(
  { currentMaterial }: Pick<KeyRecord, "currentMaterial">,
  materials: readonly KeyMaterialRecord[],
): readonly KeyMaterialRecord[] {
  const current = materials.find(({ reference }) => reference === currentMaterial);
  if (current === undefined) return [];
  return materials.filter(({ generation }) => generation <= current.generation);
}

/** Whether the key has all that it was ever used with. */
export function isComplete(
  key: Pick<KeyRecord, "currentMaterial">,
  materials: readonly KeyMaterialRecord[],
  nowMs: number,
): boolean {
  const permanent = permanentOf(key, materials);
  return permanent.length > 0 && permanent.every((material) => isPresent(material, nowMs));
}

/** What of a key's record depends on its key material: whether it can be used, and until when. */
export function standing(
  key: Pick<KeyRecord, "currentMaterial" | "keyState">,
  materials: readonly KeyMaterialRecord[],
  nowMs: number,
): Pick<KeyRecord, "keyState" | "materialValidToMs"> {
  return {
    keyState: stateWith(key.keyState, isComplete(key, materials, nowMs)),
    materialValidToMs: earliestEnd(permanentOf(key, materials)),
  };
}

function stateWith(before: string, complete: boolean): string {
  if (before === "PendingImport") return complete ? "Enabled" : before;
  if (before !== "Enabled" && before !== "Disabled") return before;
  return complete ? before : "PendingImport";
}

function earliestEnd(materials: readonly KeyMaterialRecord[]): number | null {
  const ends = materials.flatMap(({ wrapped, validToMs }) =>
    wrapped === null || validToMs === null ? [] : [validToMs],
  );
  return ends.length === 0 ? null : Math.min(...ends);
}

/** One of a key's materials, and all that has to be known to take it away. */
export interface Withdrawn {
  readonly key: Key;
  /** All that the key has. */
  readonly materials: readonly KeyMaterialRecord[];
  readonly material: KeyMaterialRecord;
  /** The same key material, as the keys have it that are related to a multi-Region key. */
  readonly elsewhere: readonly KeyMaterialRecord[];
}

/**
 * Takes key material away. What was never current leaves nothing, in no Region when it goes
 * at the primary key; the rest can come back.
 */
export function withdrawal(
  { key, materials, material, elsewhere }: Withdrawn,
  nowMs: number,
): readonly Change[] {
  if (material === pendingRotation(key, materials) && !isReplica(key)) {
    const gone = [material, ...elsewhere];
    return [
      ...gone.map((record) => ({ kind: "delete", table: "keyMaterials", record }) as const),
      // A replica that is made meanwhile is to know of it.
      { kind: "update", table: "keys", record: changed(key, {}) },
    ];
  }
  const rowVersion = material.rowVersion + 1;
  const record = { ...material, wrapped: null, validToMs: null, rowVersion };
  const left = materials.map((one) => (one === material ? record : one));
  return [
    { kind: "update", table: "keyMaterials", record },
    { kind: "update", table: "keys", record: changed(key, standing(key, left, nowMs)) },
  ];
}

/** How KeyMetadata and ListKeyRotations tell until when key material is there, while it is. */
export function expirationMembers(
  validToMs: number | null,
): Pick<KeyMetadata, "ExpirationModel" | "ValidTo"> {
  return validToMs === null
    ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
    : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: new Date(validToMs) };
}
