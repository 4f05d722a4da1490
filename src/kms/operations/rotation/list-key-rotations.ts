/** ListKeyRotations: the rotations of a key, oldest first, or all of its key material. */
import type { RotationsListEntry } from "@aws-sdk/client-kms";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import {
  expirationMembers,
  externalOrigin,
  isPresent,
  pendingRotation,
} from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
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
    const pending = pendingRotation(key, materials);
    const Rotations = items.map((material) => ({
      ...entryOf(key, material, material === pending),
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

function entryOf(key: Key, material: KeyMaterialRecord, isPending: boolean): RotationsListEntry {
  const { rotationType, rotatedAtMs } = material;
  const passedState = material.reference === key.currentMaterial ? "CURRENT" : "NON_CURRENT";
  return {
    KeyId: key.keyId,
    KeyMaterialId: material.keyMaterialId,
    KeyMaterialState: isPending ? "PENDING_ROTATION" : passedState,
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
