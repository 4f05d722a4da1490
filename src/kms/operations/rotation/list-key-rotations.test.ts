import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto } from "../../../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;
const hex64 = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;

describe("ListKeyRotations", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("answers a key that was never rotated with an empty list", async () => {
    const KeyId = await kms.newKey();
    const output = await kms.call("ListKeyRotations", { KeyId });
    expect(output).toEqual({ Rotations: [], Truncated: false });
  });

  test("lists rotations oldest first, and with ALL_KEY_MATERIAL the first material too", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day;
    const automaticAt = new Date(kms.nowMs);
    await kms.runLifecycle();
    kms.nowMs += day;
    await kms.call("RotateKeyOnDemand", { KeyId });
    const rotations = [
      {
        KeyId,
        KeyMaterialId: hex64,
        KeyMaterialState: "NON_CURRENT",
        RotationDate: automaticAt,
        RotationType: "AUTOMATIC",
      },
      {
        KeyId,
        KeyMaterialId: hex64,
        KeyMaterialState: "CURRENT",
        RotationDate: new Date(kms.nowMs),
        RotationType: "ON_DEMAND",
      },
    ];
    for (const IncludeKeyMaterial of [undefined, "ROTATIONS_ONLY" as const]) {
      const output = await kms.call("ListKeyRotations", { KeyId, IncludeKeyMaterial });
      expect(output).toEqual({ Rotations: rotations, Truncated: false });
    }
    const IncludeKeyMaterial = "ALL_KEY_MATERIAL";
    const all = await kms.call("ListKeyRotations", { KeyId, IncludeKeyMaterial });
    const first = { KeyId, KeyMaterialId: hex64, KeyMaterialState: "NON_CURRENT" };
    expect(all).toEqual({ Rotations: [first, ...rotations], Truncated: false });
    const ids = new Set(all.Rotations?.map(({ KeyMaterialId }) => KeyMaterialId));
    expect(ids.size).toBe(3);
  });

  test("tells of imported key material whether it is there, until when, and which waits", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    const IncludeKeyMaterial = "ALL_KEY_MATERIAL";
    const list = async () => await kms.call("ListKeyRotations", { KeyId, IncludeKeyMaterial });
    expect(await list()).toEqual({ Rotations: [], Truncated: false });
    const said = { KeyMaterialDescription: "from the safe" };
    const first = await importInto(kms, KeyId, randomBytes(32), said);
    const ValidTo = new Date(kms.nowMs + 10 * day);
    const next = { ImportType: "NEW_KEY_MATERIAL", ValidTo } as const;
    const second = await importInto(kms, KeyId, randomBytes(32), next);
    const expiring = { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo };
    const firstEntry = {
      KeyId,
      KeyMaterialId: first.KeyMaterialId,
      KeyMaterialDescription: "from the safe",
      KeyMaterialState: "CURRENT",
      ImportState: "IMPORTED",
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    };
    const secondEntry = {
      KeyId,
      KeyMaterialId: second.KeyMaterialId,
      KeyMaterialState: "PENDING_ROTATION",
      ImportState: "IMPORTED",
      ...expiring,
    };
    expect((await list()).Rotations).toEqual([firstEntry, secondEntry]);
    kms.nowMs += day;
    await kms.call("RotateKeyOnDemand", { KeyId });
    const rotated = {
      ...secondEntry,
      KeyMaterialState: "CURRENT",
      RotationDate: new Date(kms.nowMs),
      RotationType: "ON_DEMAND",
    };
    const { KeyMaterialId } = first;
    await kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    const { ExpirationModel: _, ...gone } = firstEntry;
    expect((await list()).Rotations).toEqual([
      { ...gone, KeyMaterialState: "NON_CURRENT", ImportState: "PENDING_IMPORT" },
      rotated,
    ]);
    const onlyRotations = await kms.call("ListKeyRotations", { KeyId });
    expect(onlyRotations.Rotations).toEqual([rotated]);
  });

  test("is on record as it was asked", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ListKeyRotations", { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
    expect(kms.lastRecord()).toMatchObject({ readOnly: true, responseElements: null });
    expect(kms.lastRecord()["requestParameters"]).toEqual({
      keyId: KeyId,
      includeKeyMaterial: "ALL_KEY_MATERIAL",
    });
  });

  test("ValidationException for an unknown IncludeKeyMaterial", async () => {
    const KeyId = await kms.newKey();
    const attempt = kms.send("ListKeyRotations", { KeyId, IncludeKeyMaterial: "SOME" });
    expect(await refusal(attempt)).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value 'SOME' at 'includeKeyMaterial' failed to satisfy " +
        "constraint: Member must satisfy enum value set: [ALL_KEY_MATERIAL, ROTATIONS_ONLY]",
    });
  });
});
