import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("ListKeys", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("lists every key of the account in the Region, whatever its state, and no other", async () => {
    const enabled = await kms.newKey();
    const disabled = await kms.newKey();
    await kms.call("DisableKey", { KeyId: disabled });
    const pending = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId: pending });
    const managed = await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    await kms.newKey({}, { accountId: "444455556666" });
    await kms.newKey({}, { region: "us-east-1" });
    const own = [enabled, disabled, pending, managed.KeyMetadata?.KeyId ?? ""].toSorted();
    expect(await kms.call("ListKeys", {})).toEqual({
      Keys: own.map((KeyId) => ({ KeyId, KeyArn: kms.arn(KeyId) })),
      Truncated: false,
    });
  });

  test("answers with no keys where there are none", async () => {
    const output = await kms.call("ListKeys", {}, { accountId: "777788889999" });
    expect(output).toEqual({ Keys: [], Truncated: false });
  });

  test("is on record without resources, and with null where nothing was asked", async () => {
    await kms.call("ListKeys", {});
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: null,
      responseElements: null,
      resources: [],
    });
    await kms.call("ListKeys", { Limit: 7 });
    expect(kms.lastRecord()["requestParameters"]).toEqual({ limit: 7 });
  });

  test.each([
    [0, "greater than or equal to 1"],
    [1001, "less than or equal to 1000"],
  ])("ValidationException for a limit of %d", async (Limit, words) => {
    expect(await refusal(kms.call("ListKeys", { Limit }))).toEqual({
      code: "ValidationException",
      message:
        `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy ` +
        `constraint: Member must have value ${words}`,
    });
  });
});
