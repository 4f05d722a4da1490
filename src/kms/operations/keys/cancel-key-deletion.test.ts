import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";

describe("CancelKeyDeletion", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("answers with the key's ARN and leaves the key disabled, even one that was enabled", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await kms.call("CancelKeyDeletion", { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata).toMatchObject({ KeyState: "Disabled", Enabled: false });
    expect(KeyMetadata?.DeletionDate).toBeUndefined();
  });

  test("saves a primary key that waits for its replicas, which go their own way", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    const there = { region: "us-west-2" };
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    await kms.call("ScheduleKeyDeletion", { KeyId }, there);
    await kms.call("ScheduleKeyDeletion", { KeyId });
    await kms.call("CancelKeyDeletion", { KeyId });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata?.KeyState).toBe("Disabled");
    expect(KeyMetadata?.PendingDeletionWindowInDays).toBeUndefined();
    const replica = await kms.call("DescribeKey", { KeyId }, there);
    expect(replica.KeyMetadata?.KeyState).toBe("PendingDeletion");
    kms.nowMs += 60 * 86_400_000;
    await kms.runLifecycle();
    expect((await kms.call("DescribeKey", { KeyId })).KeyMetadata?.KeyState).toBe("Disabled");
  });

  test("brings the rotation status back as it was", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 100 });
    const before = await kms.call("GetKeyRotationStatus", { KeyId });
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual({
      KeyId: kms.arn(KeyId),
      KeyRotationEnabled: false,
    });
    await kms.call("CancelKeyDeletion", { KeyId });
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual(before);
  });

  test("is on record with the key's ARN", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId });
    await kms.call("CancelKeyDeletion", { KeyId });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });
});
