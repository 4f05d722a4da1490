import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";

describe.each([
  ["EnableKey", "Enabled"],
  ["DisableKey", "Disabled"],
] as const)("%s", (operation, KeyState) => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("puts the key into its state, from either, with an empty body", async () => {
    const KeyId = await kms.newKey();
    for (const before of ["EnableKey", "DisableKey"] as const) {
      await kms.call(before, { KeyId });
      expect(await kms.call(operation, { KeyId })).toBeUndefined();
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
      expect(KeyMetadata).toMatchObject({ KeyState, Enabled: KeyState === "Enabled" });
    }
  });

  test("leaves everything else as it is", async () => {
    const KeyId = await kms.newKey({ Description: "x", Tags: [{ TagKey: "a", TagValue: "b" }] });
    await kms.call("EnableKeyRotation", { KeyId });
    const before = await kms.call("GetKeyRotationStatus", { KeyId });
    await kms.call(operation, { KeyId });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual(before);
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata?.Description).toBe("x");
    expect((await kms.call("ListResourceTags", { KeyId })).Tags).toHaveLength(1);
  });

  test("is on record with the key's ARN as its answer, also when nothing changed", async () => {
    const KeyId = await kms.newKey();
    for (let twice = 0; twice < 2; twice += 1) {
      await kms.call(operation, { KeyId });
      expect(kms.lastRecord()).toMatchObject({
        eventName: operation,
        readOnly: false,
        requestParameters: { keyId: KeyId },
        responseElements: { keyId: kms.arn(KeyId) },
        resources: [{ ARN: kms.arn(KeyId) }],
      });
    }
  });
});
