/**
 * ImportKeyMaterial: what a customer wrapped becomes key material of the key.
 *
 * A key of any spec takes back what it was first given and nothing else. A symmetric key
 * also takes new material, which waits until RotateKeyOnDemand makes it the current one.
 */
import type { ImportKeyMaterialRequest } from "@aws-sdk/client-kms";
import { msPerDay } from "../../../lib/clock.ts";
import type { ServiceEvent } from "../../../service/trail.ts";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { Change } from "../../../store/store.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { openImportToken } from "../../import-token.ts";
import { requireFittingLength } from "../../import-wrapping.ts";
import { externalOrigin, isPresent, pendingRotation, standing } from "../../imported-material.ts";
import { changed, type Key } from "../../key.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { expiry } from "../../material-expiry.ts";
import { keyOperation, type KeyCall } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { takeInAgain, takeInNew } from "../../take-in-material.ts";
import { usDateOfRequest } from "../../us-date.ts";

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
    const stored = await materialsNow(call);
    const { EncryptedKeyMaterial: encryptedKeyMaterial } = input;
    const sent = { key, materials: stored.materials, parameters, encryptedKeyMaterial };
    const taken = isNew(input, stored.materials)
      ? await takeInNew(sent, call)
      : await takeInAgain(sent, input.KeyMaterialId, call);
    const description = input.KeyMaterialDescription ?? taken.description;
    const imported = { ...taken, validToMs, description };
    const named = key.keySpec === symmetricDefault ? { KeyMaterialId: taken.keyMaterialId } : {};
    const output: Output<"ImportKeyMaterial"> = { KeyId: key.arn, ...named };
    return {
      output,
      changes: [...stored.changes, ...changesFor(key, stored.materials, imported, call.nowMs)],
      responseElements: { keyId: key.arn, keyMaterialId: named.KeyMaterialId },
      serviceEvents: stored.events,
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

interface StoredMaterials {
  readonly materials: readonly KeyMaterialRecord[];
  /** What happens by the way, and its record. */
  readonly changes: readonly Change[];
  readonly events: readonly ServiceEvent[];
}

/** The key's materials. One that waited for its rotation too long is as good as gone. */
async function materialsNow({
  store,
  key,
  nowMs,
}: KeyCall<"ImportKeyMaterial">): Promise<StoredMaterials> {
  const materials = await store.listKeyMaterials(key);
  const pending = pendingRotation(key, materials);
  if (pending === undefined || isPresent(pending, nowMs)) {
    return { materials, changes: [], events: [] };
  }
  const { changes, event } = expiry(key, materials, pending, nowMs);
  return { materials: materials.filter((one) => one !== pending), changes, events: [event] };
}

/** As AWS takes it when the caller does not say. */
function isNew(
  { ImportType }: ImportKeyMaterialRequest,
  materials: readonly KeyMaterialRecord[],
): boolean {
  if (ImportType === undefined) return materials.length === 0;
  return ImportType === "NEW_KEY_MATERIAL";
}

function changesFor(
  key: Key,
  materials: readonly KeyMaterialRecord[],
  imported: KeyMaterialRecord,
  nowMs: number,
): readonly Change[] {
  const currentMaterial = key.currentMaterial ?? imported.reference;
  const others = materials.filter(({ reference }) => reference !== imported.reference);
  const all = [...others, imported];
  const kind = others.length === materials.length ? "insert" : "update";
  const record = { currentMaterial, ...standing({ ...key, currentMaterial }, all, nowMs) };
  return [
    { kind, table: "keyMaterials", record: imported },
    // Of two imports at once, the second is to know of the first.
    { kind: "update", table: "keys", record: changed(key, record) },
  ];
}

function invalid(message: string): KmsError {
  return new KmsError("ValidationException", message);
}
