import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("GetKeyLastUsage", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("answers with an empty usage for a key that was never used", async () => {
    const KeyId = await kms.newKey();
    expect(await kms.call("GetKeyLastUsage", { KeyId: kms.arn(KeyId) })).toEqual({
      KeyId,
      KeyCreationDate: new Date(kms.nowMs),
      TrackingStartDate: new Date(kms.nowMs),
      KeyLastUsage: {},
    });
  });

  test("names operation, time, event and request of the last use, before and after it is stored", async () => {
    const KeyId = await kms.newKey();
    const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
    kms.nowMs += 1000;
    await kms.call("Decrypt", { CiphertextBlob });
    const { eventID, requestID } = kms.lastRecord();
    const used = {
      Operation: "Decrypt",
      Timestamp: new Date(kms.nowMs),
      CloudTrailEventId: eventID,
      KmsRequestId: requestID,
    };
    expect((await kms.call("GetKeyLastUsage", { KeyId })).KeyLastUsage).toEqual(used);
    await kms.runLifecycle();
    expect((await kms.call("GetKeyLastUsage", { KeyId })).KeyLastUsage).toEqual(used);
  });

  test("counts neither refused calls nor calls that use no key material", async () => {
    const KeyId = await kms.newKey();
    await refusal(kms.call("Decrypt", { KeyId, CiphertextBlob: Buffer.alloc(200) }));
    await refusal(kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x"), DryRun: true }));
    await kms.call("TagResource", { KeyId, Tags: [] });
    await kms.call("RotateKeyOnDemand", { KeyId });
    expect((await kms.call("GetKeyLastUsage", { KeyId })).KeyLastUsage).toEqual({});
  });

  test("is on record as a read", async () => {
    const KeyId = await kms.newKey();
    await kms.call("GetKeyLastUsage", { KeyId });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId },
      responseElements: null,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });
});
