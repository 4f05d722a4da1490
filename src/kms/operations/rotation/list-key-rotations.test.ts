import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
