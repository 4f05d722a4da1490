/** DeleteImportedKeyMaterial: the key keeps all but its material, until the same is imported again. */
import type { DeleteImportedKeyMaterialRequest } from "@aws-sdk/client-kms";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import { sameElsewhere } from "../../awaited-material.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { externalOrigin, pendingRotation, withdrawal } from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { shownMaterialId } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { isPrimary } from "../../primary-key.ts";
import * as shape from "../../shapes.ts";

export const deleteImportedKeyMaterial = keyOperation("DeleteImportedKeyMaterial", {
  input: { KeyId: shape.keyReference, KeyMaterialId: shape.optional(shape.keyMaterialId) },
  readOnly: false,
  uses: [
    {
      action: "DeleteImportedKeyMaterial",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      origin: externalOrigin,
      state: "any",
      check: refuseIdOfOtherKeys,
    },
  ],

  async run({ input, key, store, nowMs }) {
    const materials = await store.listKeyMaterials(key);
    const material = materialToDelete(key, materials, input.KeyMaterialId);
    const KeyMaterialId = shownMaterialId(key, material);
    const output: Output<"DeleteImportedKeyMaterial"> = { KeyId: key.arn, KeyMaterialId };
    const responseElements = { keyId: key.arn, keyMaterialId: KeyMaterialId };
    // There is nothing to delete: that is no error.
    if (material === undefined || !isThere(key, materials, material)) {
      return { output, responseElements };
    }
    const elsewhere = await sameElsewhere(store, key, material);
    return {
      output,
      changes: withdrawal({ key, materials, material, elsewhere }, nowMs),
      forgets: [material.reference],
      responseElements,
    };
  },

  record: ({ KeyId, KeyMaterialId }) => ({ keyId: KeyId, keyMaterialId: KeyMaterialId }),
});

function refuseIdOfOtherKeys(input: DeleteImportedKeyMaterialRequest, { keySpec }: Key): void {
  if (input.KeyMaterialId === undefined || keySpec === symmetricDefault) return;
  throw new KmsError(
    "ValidationException",
    `KeyMaterialId is not supported for key spec ${keySpec}`,
  );
}

/** What waits for a rotation is with all related keys, and goes with the primary's. */
function isThere(
  key: Key,
  materials: readonly KeyMaterialRecord[],
  material: KeyMaterialRecord,
): boolean {
  if (material.wrapped !== null) return true;
  return isPrimary(key) && material === pendingRotation(key, materials);
}

/** The one that is named, or else the current one, if there ever was one. */
function materialToDelete(
  key: Key,
  materials: readonly KeyMaterialRecord[],
  id: string | undefined,
): KeyMaterialRecord | undefined {
  if (id === undefined) return materials.find(({ reference }) => reference === key.currentMaterial);
  const named = materials.find(({ keyMaterialId }) => keyMaterialId === id);
  if (named !== undefined) return named;
  throw new KmsError("NotFoundException", `Key material '${id}' of ${key.arn} does not exist`);
}
