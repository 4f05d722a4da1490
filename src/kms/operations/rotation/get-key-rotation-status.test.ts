import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("GetKeyRotationStatus", () => {
  test("says no for a fresh key, and is on record as a read", async () => {
    const KeyId = await kms.newKey();
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual({
      KeyId: kms.arn(KeyId),
      KeyRotationEnabled: false,
    });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId },
      responseElements: null,
    });
  });

  test("says yes, every 365 days, for an AWS managed key", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/ebs" });
    const status = await kms.call("GetKeyRotationStatus", { KeyId: KeyMetadata?.KeyId });
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
  });

  test("does not change while the key is disabled", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId });
    const before = await kms.call("GetKeyRotationStatus", { KeyId });
    await kms.call("DisableKey", { KeyId });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual(before);
  });

  test("UnsupportedOperationException for a key whose material is imported, even before it is", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    expect(await refusal(kms.call("GetKeyRotationStatus", { KeyId }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is EXTERNAL which is not valid for this operation.`,
    });
  });
});
