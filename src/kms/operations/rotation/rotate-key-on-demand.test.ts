import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto, newPrivateKey, pkcs8 } from "../../../../test/customer.ts";
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

  async function importedKey() {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    const { KeyMaterialId } = await importInto(kms, KeyId, randomBytes(32));
    return { KeyId, first: KeyMaterialId };
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

  describe("of a key with imported key material", () => {
    const ImportType = "NEW_KEY_MATERIAL";

    test("makes current what waited, and what was current still decrypts", async () => {
      const { KeyId, first } = await importedKey();
      const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
      const second = await importInto(kms, KeyId, randomBytes(32), { ImportType });
      expect(await kms.call("RotateKeyOnDemand", { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
      expect(kms.lastRecord()).toMatchObject({
        eventName: "RotateKey",
        serviceEventDetails: {
          rotationType: "ON_DEMAND",
          keyOrigin: "EXTERNAL",
          previousKeyMaterialId: first,
          currentKeyMaterialId: second.KeyMaterialId,
          keyId: KeyId,
        },
      });
      expect(await materialOf(KeyId)).toBe(second.KeyMaterialId);
      const old = await kms.call("Decrypt", { CiphertextBlob });
      expect(old.KeyMaterialId).toBe(first);
    });

    test("KMSInvalidStateException when none waits", async () => {
      const { KeyId } = await importedKey();
      expect(await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).toEqual({
        code: "KMSInvalidStateException",
        message: `No available key material pending rotation for the key: ${kms.arn(KeyId)}.`,
      });
    });

    test("KMSInvalidStateException before anything was imported", async () => {
      const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
      expect(await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).toEqual({
        code: "KMSInvalidStateException",
        message: `${kms.arn(KeyId)} is pending import.`,
      });
    });

    test("UnsupportedOperationException for an asymmetric key", async () => {
      const KeyId = await kms.newKey({
        Origin: "EXTERNAL",
        KeySpec: "ECC_NIST_P256",
        KeyUsage: "SIGN_VERIFY",
      });
      await importInto(kms, KeyId, pkcs8(newPrivateKey("ECC_NIST_P256")));
      expect(await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).toEqual({
        code: "UnsupportedOperationException",
        message: undefined,
      });
    });
  });

  test("AccessDeniedException for an AWS managed key", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    const attempt = kms.call("RotateKeyOnDemand", { KeyId: KeyMetadata?.KeyId });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
  });

  test("UnsupportedOperationException for a replica", async () => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    const there = { region: "us-west-2" };
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    expect(await refusal(kms.call("RotateKeyOnDemand", { KeyId }, there))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, there)} is not a multi-region primary key.`,
    });
  });
});
