import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;

describe("EnableKeyRotation", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test.each([
    [undefined, 365],
    [90, 90],
    [2560, 2560],
  ])(
    "given a period of %s days, rotates every %d days from now",
    async (RotationPeriodInDays, days) => {
      const KeyId = await kms.newKey();
      const input = { KeyId, RotationPeriodInDays };
      expect(await kms.call("EnableKeyRotation", input)).toBeUndefined();
      expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual({
        KeyId: kms.arn(KeyId),
        KeyRotationEnabled: true,
        RotationPeriodInDays: days,
        NextRotationDate: new Date(kms.nowMs + days * day),
      });
    },
  );

  test("changes the period where rotation is on already, counted from now", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 100 });
    kms.nowMs += 10 * day;
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 200 });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toMatchObject({
      RotationPeriodInDays: 200,
      NextRotationDate: new Date(kms.nowMs + 200 * day),
    });
  });

  test("is on record with the period as it was sent", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 100 });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId, rotationPeriodInDays: 100 },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
    await kms.call("EnableKeyRotation", { KeyId });
    expect(kms.lastRecord()["requestParameters"]).toEqual({ keyId: KeyId });
  });

  test.each([
    [89, "greater than or equal to 90"],
    [2561, "less than or equal to 2560"],
  ])("ValidationException for a period of %d days", async (days, words) => {
    const KeyId = await kms.newKey();
    const attempt = kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: days });
    expect(await refusal(attempt)).toEqual({
      code: "ValidationException",
      message:
        `1 validation error detected: Value '${days}' at 'rotationPeriodInDays' failed to ` +
        `satisfy constraint: Member must have value ${words}`,
    });
  });

  test("UnsupportedOperationException for a key whose material is imported, even before it is", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    expect(await refusal(kms.call("EnableKeyRotation", { KeyId }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is EXTERNAL which is not valid for this operation.`,
    });
  });

  test("UnsupportedOperationException for a replica", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    const there = { region: "us-west-2" };
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    expect(await refusal(kms.call("EnableKeyRotation", { KeyId }, there))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, there)} is not a multi-region primary key.`,
    });
  });
});
