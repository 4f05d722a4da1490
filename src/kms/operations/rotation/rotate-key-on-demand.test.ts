import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;
const minute = 60_000;

describe("RotateKeyOnDemand", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  async function materialOf(KeyId: string): Promise<string | undefined> {
    return (await kms.call("DescribeKey", { KeyId })).KeyMetadata?.CurrentKeyMaterialId;
  }

  test("answers with the key's ARN and gives the key new key material", async () => {
    const KeyId = await kms.newKey();
    const before = await materialOf(KeyId);
    expect(await kms.call("RotateKeyOnDemand", { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
    expect(await materialOf(KeyId)).not.toBe(before);
  });

  test("is on record as a call, and as a rotation by the service", async () => {
    const KeyId = await kms.newKey();
    const previousKeyMaterialId = await materialOf(KeyId);
    await kms.call("RotateKeyOnDemand", { KeyId });
    const [call, rotation] = kms.records.slice(-2);
    expect(call).toMatchObject({
      eventName: "RotateKeyOnDemand",
      eventType: "AwsApiCall",
      readOnly: false,
      requestParameters: { keyId: KeyId },
      responseElements: { keyId: kms.arn(KeyId) },
    });
    expect(rotation).toMatchObject({
      eventName: "RotateKey",
      eventType: "AwsServiceEvent",
      userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
      readOnly: false,
      requestParameters: null,
      responseElements: null,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
    expect(rotation?.["serviceEventDetails"]).toEqual({
      rotationType: "ON_DEMAND",
      keyOrigin: "AWS_KMS",
      previousKeyMaterialId,
      currentKeyMaterialId: await materialOf(KeyId),
      keyId: KeyId,
    });
    expect(rotation).not.toHaveProperty("requestID");
  });

  test("does not move the automatic schedule", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId });
    const before = await kms.call("GetKeyRotationStatus", { KeyId });
    kms.nowMs += 30 * day;
    await kms.call("RotateKeyOnDemand", { KeyId });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual(before);
  });

  test("LimitExceededException after 25 times; automatic rotations do not count", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 91 * day;
    await kms.runLifecycle();
    for (let count = 0; count < 25; count += 1) await kms.call("RotateKeyOnDemand", { KeyId });
    const last = await materialOf(KeyId);
    expect(await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).toEqual({
      code: "LimitExceededException",
      message:
        "The on-demand rotations limit has been reached for the given keyId. No more " +
        `on-demand rotations can be performed for this key: ${kms.arn(KeyId)}`,
    });
    expect(await materialOf(KeyId)).toBe(last);
  });

  test("ConflictException within 20 minutes of an automatic rotation, not before", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day - 20 * minute - 1;
    await kms.call("RotateKeyOnDemand", { KeyId });
    kms.nowMs += 1;
    const attempt = kms.call("RotateKeyOnDemand", { KeyId });
    expect((await refusal(attempt)).code).toBe("ConflictException");
  });

  test("AccessDeniedException for an AWS managed key", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    const attempt = kms.call("RotateKeyOnDemand", { KeyId: KeyMetadata?.KeyId });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
  });
});
