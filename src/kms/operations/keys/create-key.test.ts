import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { aKey } from "../../../../test/store-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { JsonObject } from "../../../service/service.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const hex64 = /^[0-9a-f]{64}$/;
const rootOnly = (action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: action,
        Resource: "*",
      },
    ],
  });

describe("CreateKey", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test("answers an empty request with the metadata of an enabled symmetric key", async () => {
    const { KeyMetadata } = await kms.call("CreateKey", {});
    expect(KeyMetadata).toEqual({
      AWSAccountId: "111122223333",
      KeyId: expect.stringMatching(uuid) as unknown,
      Arn: kms.arn(KeyMetadata?.KeyId ?? ""),
      CreationDate: new Date(kms.nowMs),
      Enabled: true,
      Description: "",
      KeyUsage: "ENCRYPT_DECRYPT",
      KeyState: "Enabled",
      Origin: "AWS_KMS",
      KeyManager: "CUSTOMER",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      MultiRegion: false,
      CurrentKeyMaterialId: expect.stringMatching(hex64) as unknown,
    });
  });

  test("is on record with every default echoed, and no policy that was not sent", async () => {
    const { KeyMetadata } = await kms.call("CreateKey", {});
    const record = kms.lastRecord();
    expect(record["requestParameters"]).toEqual({
      description: "",
      origin: "AWS_KMS",
      bypassPolicyLockoutSafetyCheck: false,
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      keySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
      multiRegion: false,
      tags: [],
    });
    expect(record["responseElements"]).toEqual({
      keyMetadata: {
        aWSAccountId: "111122223333",
        keyId: KeyMetadata?.KeyId,
        arn: KeyMetadata?.Arn,
        creationDate: "Mar 1, 2026, 10:15:00 AM",
        enabled: true,
        description: "",
        keyUsage: "ENCRYPT_DECRYPT",
        keyState: "Enabled",
        origin: "AWS_KMS",
        keyManager: "CUSTOMER",
        customerMasterKeySpec: "SYMMETRIC_DEFAULT",
        keySpec: "SYMMETRIC_DEFAULT",
        encryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
        multiRegion: false,
        currentKeyMaterialId: KeyMetadata?.CurrentKeyMaterialId,
      },
    });
    expect(record).toMatchObject({ readOnly: false, resources: [{ ARN: KeyMetadata?.Arn }] });
  });

  test("keeps description, tags and policy, and records them", async () => {
    const Policy = rootOnly("kms:*");
    const Tags = [{ TagKey: "team", TagValue: "blue" }];
    const KeyId = await kms.newKey({ Description: "payroll", Tags, Policy });
    expect(kms.lastRecord()["requestParameters"]).toMatchObject({
      description: "payroll",
      tags: [{ tagKey: "team", tagValue: "blue" }],
      policy: Policy,
    });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata?.Description).toBe("payroll");
    expect((await kms.call("ListResourceTags", { KeyId })).Tags).toEqual(Tags);
    expect((await kms.call("GetKeyPolicy", { KeyId })).Policy).toBe(Policy);
  });

  test("makes a multi-Region key, which is a primary without replicas", async () => {
    const { KeyMetadata } = await kms.call("CreateKey", { MultiRegion: true });
    const KeyId = KeyMetadata?.KeyId ?? "";
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const expected = {
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: "PRIMARY",
        PrimaryKey: { Arn: kms.arn(KeyId), Region: "eu-west-1" },
        ReplicaKeys: [],
      },
    };
    expect(KeyMetadata).toMatchObject(expected);
    expect((await kms.call("DescribeKey", { KeyId })).KeyMetadata).toEqual(KeyMetadata);
    const recorded = kms.records.at(-2);
    expect(recorded?.["requestParameters"]).toMatchObject({ multiRegion: true });
    expect(recorded?.["responseElements"]).toMatchObject({
      keyMetadata: {
        multiRegion: true,
        multiRegionConfiguration: {
          multiRegionKeyType: "PRIMARY",
          primaryKey: { arn: kms.arn(KeyId), region: "eu-west-1" },
          replicaKeys: [],
        },
      },
    });
  });

  test.each<[string, JsonObject, object]>([
    ["MultiRegion", { MultiRegion: true }, { Bool: { "kms:MultiRegion": "true" } }],
    [
      "MultiRegionKeyType",
      { MultiRegion: true },
      { StringEquals: { "kms:MultiRegionKeyType": "PRIMARY" } },
    ],
    [
      "KeySpec",
      { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
      { StringEquals: { "kms:KeySpec": "HMAC_256" } },
    ],
    ["tag", { Tags: [tag("a")] }, { StringEquals: { "aws:ResourceTag/a": "x" } }],
  ])("judges the policy by the %s the key will have", async (_what, own, Condition) => {
    const { Statement } = JSON.parse(rootOnly("kms:*")) as { Statement: readonly object[] };
    const Policy = JSON.stringify({ Statement: [{ ...Statement[0], Condition }] });
    await kms.send("CreateKey", { ...own, Policy });
    expect((await refusal(kms.call("CreateKey", { Policy }))).code).toBe(
      "MalformedPolicyDocumentException",
    );
  });

  test("gives a key without a policy the default one, in AWS's layout", async () => {
    const KeyId = await kms.newKey();
    expect((await kms.call("GetKeyPolicy", { KeyId })).Policy).toBe(
      `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`,
    );
  });

  test.each<[JsonObject, string]>([
    [
      { KeySpec: "RSA_2048", CustomerMasterKeySpec: "RSA_2048" },
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    ],
    [
      { KeySpec: "RSA_2048" },
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ],
    [
      { CustomerMasterKeySpec: "HMAC_256" },
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ],
    [
      { KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" },
      "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
    ],
    [
      { KeyUsage: "SIGN_VERIFY" },
      "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
    ],
    [
      { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY", Origin: "AWS_CLOUDHSM" },
      "KeySpec RSA_2048 is not supported for Origin AWS_CLOUDHSM",
    ],
    [
      { KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY", Origin: "EXTERNAL" },
      "KeySpec ML_DSA_44 is not supported for Origin EXTERNAL",
    ],
    [
      { KeySpec: "ML_KEM_768", KeyUsage: "ENCAPSULATE_DECAPSULATE", Origin: "EXTERNAL" },
      "KeySpec ML_KEM_768 is not supported for Origin EXTERNAL",
    ],
    [{ Origin: "AWS_CLOUDHSM" }, "CustomKeyStoreId is required for Origin AWS_CLOUDHSM"],
    [{ CustomKeyStoreId: "cks-1" }, "CustomKeyStoreId is not supported for Origin AWS_KMS"],
    [{ XksKeyId: "x" }, "XksKeyId is required with, and only with, Origin EXTERNAL_KEY_STORE"],
  ])("ValidationException for %o", async (input, message) => {
    expect(await refusal(kms.send("CreateKey", input))).toEqual({
      code: "ValidationException",
      message,
    });
  });

  test.each([
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
    ["HMAC_224", "GENERATE_VERIFY_MAC"],
    ["HMAC_256", "GENERATE_VERIFY_MAC"],
    ["HMAC_384", "GENERATE_VERIFY_MAC"],
    ["HMAC_512", "GENERATE_VERIFY_MAC"],
    ["RSA_2048", "ENCRYPT_DECRYPT"],
    ["RSA_3072", "SIGN_VERIFY"],
    ["RSA_4096", "SIGN_VERIFY"],
    ["ECC_NIST_P256", "KEY_AGREEMENT"],
    ["ECC_NIST_P384", "SIGN_VERIFY"],
    ["ECC_NIST_P521", "SIGN_VERIFY"],
    ["ECC_SECG_P256K1", "SIGN_VERIFY"],
    ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY"],
  ] as const)(
    "makes a %s key without key material, which waits for it",
    async (KeySpec, KeyUsage) => {
      const vaultCommands = kms.vaultCommands.length;
      const input = { KeySpec, KeyUsage, Origin: "EXTERNAL" } as const;
      const { KeyMetadata } = await kms.call("CreateKey", input);
      expect(KeyMetadata).toMatchObject({
        Origin: "EXTERNAL",
        KeyState: "PendingImport",
        Enabled: false,
        KeySpec,
        KeyUsage,
      });
      expect(KeyMetadata?.CurrentKeyMaterialId).toBeUndefined();
      expect(KeyMetadata).not.toHaveProperty("ExpirationModel");
      expect(kms.vaultCommands).toHaveLength(vaultCommands);
      const described = await kms.call("DescribeKey", { KeyId: KeyMetadata?.KeyId });
      expect(described).toEqual({ KeyMetadata });
    },
  );

  test("CustomKeyStoreNotFoundException for a key store that is not there", async () => {
    const before = await kms.call("ListKeys", {});
    const input = { Origin: "AWS_CLOUDHSM", CustomKeyStoreId: "cks-1" };
    expect((await refusal(kms.send("CreateKey", input))).code).toBe(
      "CustomKeyStoreNotFoundException",
    );
    expect(await kms.call("ListKeys", {})).toEqual(before);
  });

  test("ValidationException for unknown words, told one by one", async () => {
    const { code, message } = await refusal(
      kms.send("CreateKey", { KeySpec: "HMAC_random", Origin: "MOON" }),
    );
    expect(code).toBe("ValidationException");
    expect(message).toMatch(
      /^2 validation errors detected: Value 'HMAC_random' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[[A-Z0-9_, ]+\]; Value 'MOON' at 'origin' failed/,
    );
  });

  test.each<[string, JsonObject, string]>([
    ["a key given twice", { Tags: [tag("a"), tag("a")] }, "Duplicate tag keys"],
    ["51 tags", { Tags: Array.from({ length: 51 }, (_v, n) => tag(`k${n}`)) }, "Too many tags"],
    ["aws:", { Tags: [tag("aws:x")] }, "Tags beginning with aws: are reserved"],
    ["AWS:", { Tags: [tag("AWS:x")] }, "Tags beginning with aws: are reserved"],
  ])("TagException for %s", async (_what, input, message) => {
    expect(await refusal(kms.send("CreateKey", input))).toEqual({ code: "TagException", message });
  });

  test("MalformedPolicyDocumentException for a policy that would lock its author out", async () => {
    const Policy = rootOnly("kms:Encrypt");
    expect(await refusal(kms.call("CreateKey", { Policy }))).toEqual({
      code: "MalformedPolicyDocumentException",
      message: "The new key policy will not allow you to update the key policy in the future.",
    });
    const bypass = { Policy, BypassPolicyLockoutSafetyCheck: true };
    expect((await kms.call("CreateKey", bypass)).KeyMetadata?.KeyState).toBe("Enabled");
  });

  test.each([
    ["no JSON", "{"],
    ["no statement", '{"Version":"2012-10-17"}'],
    ["an unknown version", rootOnly("kms:*").replace("2012-10-17", "2020-01-01")],
    ["an unknown element", rootOnly("kms:*").replace("Effect", "Affect")],
  ])("MalformedPolicyDocumentException for a policy with %s", async (_what, Policy) => {
    expect((await refusal(kms.call("CreateKey", { Policy }))).code).toBe(
      "MalformedPolicyDocumentException",
    );
  });

  test("MalformedPolicyDocumentException for a principal that does not exist", async () => {
    const Policy = rootOnly("kms:*").replace(":root", ":user/Alice");
    expect(await refusal(kms.call("CreateKey", { Policy }))).toEqual({
      code: "MalformedPolicyDocumentException",
      message: "Policy contains a statement with one or more invalid principals.",
    });
  });

  test("LimitExceededException for the 100,001st key, also when two ask for the last", async () => {
    const owner = { accountId: "444455556666" };
    const name = { ...owner, region: "eu-west-1", policy: "{}" };
    for (const part of [50_000, 49_999]) {
      const keys = Array.from({ length: part }, (_v, index) =>
        aKey({ ...name, keyId: `${part}-${index}` }),
      );
      await kms.store.commit(keys.map((record) => ({ kind: "insert", table: "keys", record })));
    }
    const ended = await Promise.allSettled([kms.newKey({}, owner), kms.newKey({}, owner)]);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(ended.find(({ status }) => status === "rejected")).toMatchObject({
      reason: {
        code: "LimitExceededException",
        message: "The quota of 100000 KMS keys has been reached.",
      },
    });
    expect(await kms.newKey({}, { ...owner, region: "us-east-1" })).not.toBe("");
  });

  test("LimitExceededException for a policy of more than 32 KB", async () => {
    const Policy = rootOnly("kms:*") + " ".repeat(32_768);
    expect((await refusal(kms.call("CreateKey", { Policy }))).code).toBe("LimitExceededException");
  });
});

function tag(TagKey: string) {
  return { TagKey, TagValue: "x" };
}
