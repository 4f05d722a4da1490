import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;

describe("DescribeKey", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("answers with the same metadata as CreateKey did", async () => {
    const { KeyMetadata } = await kms.call("CreateKey", { Description: "x" });
    expect(await kms.call("DescribeKey", { KeyId: KeyMetadata?.KeyId })).toEqual({ KeyMetadata });
  });

  test("shows Enabled and DeletionDate as the state has it", async () => {
    const KeyId = await kms.newKey();
    await kms.call("DisableKey", { KeyId });
    const disabled = (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
    expect(disabled).toMatchObject({ KeyState: "Disabled", Enabled: false });
    expect(disabled?.DeletionDate).toBeUndefined();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    const pending = (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
    expect(pending).toMatchObject({
      KeyState: "PendingDeletion",
      Enabled: false,
      DeletionDate: new Date(kms.nowMs + 7 * day),
    });
    await kms.call("CancelKeyDeletion", { KeyId });
    const saved = (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
    expect(saved).toMatchObject({ KeyState: "Disabled", Enabled: false });
    expect(saved?.DeletionDate).toBeUndefined();
  });

  test("is on record with the key as the caller named it and the ARN it stands for", async () => {
    const KeyId = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/named", TargetKeyId: KeyId });
    await kms.call("DescribeKey", { KeyId: "alias/named" });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "DescribeKey",
      readOnly: true,
      requestParameters: { keyId: "alias/named" },
      responseElements: null,
      resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(KeyId) }],
    });
  });

  test("InvalidGrantTokenException for a token that no grant has", async () => {
    const KeyId = await kms.newKey();
    expect(await refusal(kms.call("DescribeKey", { KeyId, GrantTokens: ["x"] }))).toEqual({
      code: "InvalidGrantTokenException",
      message: undefined,
    });
  });
});
