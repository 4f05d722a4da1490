import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("DisableKeyRotation", () => {
  test("ends automatic rotation, with an empty body, and may be asked twice", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId });
    for (let twice = 0; twice < 2; twice += 1) {
      expect(await kms.call("DisableKeyRotation", { KeyId })).toBeUndefined();
      expect(await kms.call("GetKeyRotationStatus", { KeyId })).toEqual({
        KeyId: kms.arn(KeyId),
        KeyRotationEnabled: false,
      });
    }
    kms.nowMs += 3000 * 86_400_000;
    expect(await kms.runLifecycle()).toEqual({ deleted: 0, expired: 0, rotated: 0 });
  });

  test("is on record with the key", async () => {
    const KeyId = await kms.newKey();
    await kms.call("DisableKeyRotation", { KeyId });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });

  test("UnsupportedOperationException for a key whose material is imported, even before it is", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    expect(await refusal(kms.call("DisableKeyRotation", { KeyId }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is EXTERNAL which is not valid for this operation.`,
    });
  });

  test("UnsupportedOperationException for a replica", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    const there = { region: "us-west-2" };
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    expect(await refusal(kms.call("DisableKeyRotation", { KeyId }, there))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, there)} is not a multi-region primary key.`,
    });
  });
});
