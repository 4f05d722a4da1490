import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;

describe("ScheduleKeyDeletion", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test.each([
    [undefined, 30],
    [7, 7],
    [30, 30],
  ])("answers a window of %s days with the date, %d days on", async (PendingWindowInDays, days) => {
    const KeyId = await kms.newKey();
    expect(await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays })).toEqual({
      KeyId: kms.arn(KeyId),
      DeletionDate: new Date(kms.nowMs + days * day),
      KeyState: "PendingDeletion",
      PendingWindowInDays: days,
    });
  });

  test("is on record with date and window", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 20 });
    const record = kms.lastRecord();
    expect(record["requestParameters"]).toEqual({ keyId: KeyId, pendingWindowInDays: 20 });
    expect(record["responseElements"]).toEqual({
      keyId: kms.arn(KeyId),
      keyState: "PendingDeletion",
      deletionDate: "Mar 21, 2026, 10:15:00 AM",
      pendingWindowInDays: 20,
    });
    expect(record).toMatchObject({ readOnly: false, resources: [{ ARN: kms.arn(KeyId) }] });
  });

  test("lets a primary key wait for its replicas, without a date, and shows the window", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-west-2" });
    const input = { KeyId, PendingWindowInDays: 7 };
    expect(await kms.call("ScheduleKeyDeletion", input)).toEqual({
      KeyId: kms.arn(KeyId),
      KeyState: "PendingReplicaDeletion",
      PendingWindowInDays: 7,
    });
    expect(kms.lastRecord()["responseElements"]).toEqual({
      keyId: kms.arn(KeyId),
      keyState: "PendingReplicaDeletion",
      pendingWindowInDays: 7,
    });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata).toMatchObject({
      KeyState: "PendingReplicaDeletion",
      Enabled: false,
      PendingDeletionWindowInDays: 7,
    });
    expect(KeyMetadata?.DeletionDate).toBeUndefined();
  });

  test("dates the deletion of a replica and of a primary without replicas as of any key", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-west-2" });
    const input = { KeyId, PendingWindowInDays: 7 };
    const replica = await kms.call("ScheduleKeyDeletion", input, { region: "us-west-2" });
    const DeletionDate = new Date(kms.nowMs + 7 * day);
    expect(replica).toMatchObject({ KeyState: "PendingDeletion", DeletionDate });
    const lone = await kms.newKey({ MultiRegion: true });
    expect(await kms.call("ScheduleKeyDeletion", { ...input, KeyId: lone })).toMatchObject({
      KeyState: "PendingDeletion",
      DeletionDate,
    });
  });

  test.each([6, 31, 365])("ValidationException for a window of %d days", async (days) => {
    const KeyId = await kms.newKey();
    expect(
      await refusal(kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: days })),
    ).toEqual({
      code: "ValidationException",
      message: "PendingWindowInDays must be between 7 and 30 (inclusive).",
    });
  });

  test.each([
    [0, "greater than or equal to 1"],
    [366, "less than or equal to 365"],
  ])("ValidationException in the framework's words for %d days", async (days, words) => {
    const KeyId = await kms.newKey();
    expect(
      await refusal(kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: days })),
    ).toEqual({
      code: "ValidationException",
      message:
        `1 validation error detected: Value '${days}' at 'pendingWindowInDays' failed to ` +
        `satisfy constraint: Member must have value ${words}`,
    });
  });
});
