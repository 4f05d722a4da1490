/**
 * ImportKeyMaterial: what a customer wrapped becomes key material of the key.
 *
 * A key of any spec takes back what it was first given and nothing else. A symmetric key
 * also takes new material, which waits until RotateKeyOnDemand makes it the current one.
 */
import type { ImportKeyMaterialRequest } from "@aws-sdk/client-kms";
import { msPerDay } from "../../../lib/clock.ts";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { invalid } from "../../errors.ts";
import { openImportToken } from "../../import-token.ts";
import { requireFittingLength } from "../../import-wrapping.ts";
import { importAgain, importNew } from "../../import-changes.ts";
import { externalOrigin } from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { shownMaterialId } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { usDateOfRequest } from "../../../lib/us-date.ts";

const longestLifeDays = 365;

export const importKeyMaterial = keyOperation("ImportKeyMaterial", {
  input: {
    KeyId: shape.keyReference,
    ImportToken: shape.blob({ min: 1, max: 6144 }),
    EncryptedKeyMaterial: shape.blob({ min: 1, max: 6144 }),
    ValidTo: shape.optional(shape.timestamp),
    ExpirationModel: shape.optional(
      shape.oneOf(["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"]),
    ),
    ImportType: shape.optional(shape.oneOf(["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"])),
    KeyMaterialDescription: shape.optional(shape.keyMaterialDescription),
    KeyMaterialId: shape.optional(shape.keyMaterialId),
  },
  readOnly: false,
  validate: requireSoundCombination,
  uses: [
    {
      action: "ImportKeyMaterial",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      origin: externalOrigin,
      state: "not pending deletion",
      check: refuseMembersOfSymmetricKeys,
      conditions: ({ ExpirationModel, ValidTo }) => ({
        "kms:ExpirationModel": ExpirationModel,
        "kms:ValidTo": ValidTo?.toISOString(),
      }),
    },
  ],

  async run(call) {
    const { input, key } = call;
    const validToMs = requireSoundEnd(input, call.nowMs);
    const parameters = await openImportToken(call, key, input.ImportToken);
    requireFittingLength(input.EncryptedKeyMaterial, parameters);
    const stored = await call.store.listKeyMaterials(key);
    const { EncryptedKeyMaterial: encryptedKeyMaterial } = input;
    const sent = { key, materials: stored, parameters, encryptedKeyMaterial };
    const said = { validToMs, description: input.KeyMaterialDescription };
    const { changes, serviceEvents, ...imported } = isNew(input, stored)
      ? await importNew(sent, said, call)
      : await importAgain(sent, input.KeyMaterialId, said, call);
    const keyMaterialId = shownMaterialId(key, imported);
    const output: Output<"ImportKeyMaterial"> = { KeyId: key.arn, KeyMaterialId: keyMaterialId };
    return {
      output,
      changes,
      responseElements: { keyId: key.arn, keyMaterialId },
      serviceEvents,
    };
  },

  record: (input) => ({
    keyId: input.KeyId,
    expirationModel: input.ExpirationModel,
    validTo: input.ValidTo === undefined ? undefined : usDateOfRequest(input.ValidTo.getTime()),
    importType: input.ImportType,
    keyMaterialDescription: input.KeyMaterialDescription,
    keyMaterialId: input.KeyMaterialId,
  }),
});

function requireSoundCombination(input: ImportKeyMaterialRequest): void {
  const expires = input.ExpirationModel !== "KEY_MATERIAL_DOES_NOT_EXPIRE";
  if (expires && input.ValidTo === undefined) {
    throw invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  }
  if (!expires && input.ValidTo !== undefined) {
    throw invalid("ValidTo cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
  }
  if (input.ImportType === "NEW_KEY_MATERIAL" && input.KeyMaterialId !== undefined) {
    throw invalid("KeyMaterialId cannot be specified when the ImportType is NEW_KEY_MATERIAL");
  }
}

function refuseMembersOfSymmetricKeys(input: ImportKeyMaterialRequest, { keySpec }: Key): void {
  if (keySpec === symmetricDefault) return;
  const members = ["ImportType", "KeyMaterialDescription", "KeyMaterialId"] as const;
  const member = members.find((name) => input[name] !== undefined);
  if (member !== undefined) throw invalid(`${member} is not supported for key spec ${keySpec}`);
}

/** When the key material is to expire; null for never. */
function requireSoundEnd({ ValidTo }: ImportKeyMaterialRequest, nowMs: number): number | null {
  if (ValidTo === undefined) return null;
  const validToMs = ValidTo.getTime();
  if (validToMs <= nowMs) throw invalid("ValidTo must be in the future");
  if (validToMs > nowMs + longestLifeDays * msPerDay) {
    throw invalid(`ValidTo must be within ${longestLifeDays} days from now`);
  }
  return validToMs;
}

/** As AWS takes it when the caller does not say. */
function isNew(
  { ImportType }: ImportKeyMaterialRequest,
  materials: readonly KeyMaterialRecord[],
): boolean {
  if (ImportType === undefined) return materials.length === 0;
  return ImportType === "NEW_KEY_MATERIAL";
}
