/** ListKeyRotations: the rotations of a key, oldest first, or all of its key material. */
import type { KeyMaterialState, RotationsListEntry } from "@aws-sdk/client-kms";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import { isPresentEverywhere } from "../../awaited-material.ts";
import type { Output } from "../../contract.ts";
import {
  expirationMembers,
  externalOrigin,
  isPresent,
  pendingRotation,
} from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { type Desk, keyOperation, useOfKeyId } from "../../operation.ts";
import { pageOf } from "../../pages.ts";
import { requireRotatable } from "../../rotation.ts";
import * as shape from "../../shapes.ts";

export const listKeyRotations = keyOperation("ListKeyRotations", {
  input: {
    KeyId: shape.keyReference,
    IncludeKeyMaterial: shape.optional(shape.oneOf(["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"])),
    Limit: shape.optional(shape.limitUpTo(1000)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  uses: useOfKeyId("ListKeyRotations", { state: "any" }),
  async run({ input, key, ...desk }) {
    requireRotatable(key);
    const all = input.IncludeKeyMaterial === "ALL_KEY_MATERIAL";
    const materials = await desk.store.listKeyMaterials(key);
    const of = `ListKeyRotations of ${key.keyId} ${all ? "with all key material" : ""}`;
    const { items, truncated } = await pageOf(
      desk,
      { of, limit: input.Limit, defaultLimit: 100, marker: input.Marker },
      materials.filter(({ rotationType }) => all || rotationType !== null),
      ({ generation }) => generation.toString().padStart(10, "0"),
    );
    const waiting = pendingRotation(key, materials);
    const pending = items.find((material) => material === waiting);
    const pendingState = await stateOfPending(key, pending, desk);
    const Rotations = items.map((material) => ({
      ...entryOf(key, material),
      ...(material === pending ? { KeyMaterialState: pendingState } : {}),
      ...(key.origin === externalOrigin ? importMembers(material, desk.nowMs) : {}),
    }));
    const output: Output<"ListKeyRotations"> = { Rotations, ...truncated };
    return { output };
  },
  record: ({ KeyId, IncludeKeyMaterial, Limit, Marker }) => ({
    keyId: KeyId,
    includeKeyMaterial: IncludeKeyMaterial,
    limit: Limit,
    marker: Marker,
  }),
});

/** Key material of a multi-Region key waits for its rotation when it was imported everywhere. */
async function stateOfPending(
  key: Key,
  pending: KeyMaterialRecord | undefined,
  { store, nowMs }: Desk,
): Promise<KeyMaterialState> {
  if (!key.multiRegion || pending === undefined) return "PENDING_ROTATION";
  const isReady = await isPresentEverywhere(store, key, pending, nowMs);
  return isReady ? "PENDING_ROTATION" : "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
}

function entryOf(key: Key, material: KeyMaterialRecord): RotationsListEntry {
  const { rotationType, rotatedAtMs } = material;
  return {
    KeyId: key.keyId,
    KeyMaterialId: material.keyMaterialId,
    KeyMaterialState: material.reference === key.currentMaterial ? "CURRENT" : "NON_CURRENT",
    ...(rotationType === null || rotatedAtMs === null
      ? {}
      : { RotationDate: new Date(rotatedAtMs), RotationType: rotationType }),
  };
}

/** What is told of imported key material besides. */
function importMembers(material: KeyMaterialRecord, nowMs: number): Partial<RotationsListEntry> {
  const present = isPresent(material, nowMs);
  return {
    KeyMaterialDescription: material.description ?? undefined,
    ImportState: present ? "IMPORTED" : "PENDING_IMPORT",
    ...(present ? expirationMembers(material.validToMs) : {}),
  };
}
