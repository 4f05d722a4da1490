import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { JsonObject } from "../../../service/service.ts";
import type { Input } from "../../contract.ts";

const there = { region: "us-west-2" };
const ReplicaRegion = there.region;
const text = Buffer.from("the same in every Region");

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function primary(input: Input<"CreateKey"> = {}): Promise<string> {
  return await kms.newKey({ MultiRegion: true, ...input });
}

/** A primary with a replica in us-west-2. */
async function pair(input?: Input<"CreateKey">): Promise<string> {
  const KeyId = await primary(input);
  await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
  return KeyId;
}

function allowing(Action: string, Condition = {}): string {
  const Principal = { AWS: "arn:aws:iam::111122223333:root" };
  return JSON.stringify({
    Statement: [{ Effect: "Allow", Principal, Action, Resource: "*", Condition }],
  });
}

describe("ReplicateKey", () => {
  test("answers with a replica that is being made, and with all related keys", async () => {
    const KeyId = await primary({ Description: "of the primary", Tags: [tag("a")] });
    const { ReplicaPolicy, ...output } = await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    expect(output).toEqual({
      ReplicaKeyMetadata: {
        AWSAccountId: "111122223333",
        KeyId,
        Arn: kms.arn(KeyId, there),
        CreationDate: new Date(kms.nowMs),
        Enabled: false,
        Description: "",
        KeyUsage: "ENCRYPT_DECRYPT",
        KeyState: "Creating",
        Origin: "AWS_KMS",
        KeyManager: "CUSTOMER",
        CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
        KeySpec: "SYMMETRIC_DEFAULT",
        EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
        MultiRegion: true,
        MultiRegionConfiguration: {
          MultiRegionKeyType: "REPLICA",
          PrimaryKey: { Arn: kms.arn(KeyId), Region: "eu-west-1" },
          ReplicaKeys: [{ Arn: kms.arn(KeyId, there), Region: "us-west-2" }],
        },
      },
    });
    const defaultPolicy = await kms.call("GetKeyPolicy", { KeyId });
    expect(ReplicaPolicy).toBe(defaultPolicy.Policy);
  });

  test("makes a key that is enabled when the answer is there", async () => {
    const KeyId = await primary();
    kms.nowMs += 1000;
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    const own = (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
    const replica = (await kms.call("DescribeKey", { KeyId }, there)).KeyMetadata;
    expect(replica).toMatchObject({
      Enabled: true,
      KeyState: "Enabled",
      CreationDate: new Date(kms.nowMs),
      CurrentKeyMaterialId: own?.CurrentKeyMaterialId,
    });
    expect(replica?.MultiRegionConfiguration).toEqual({
      ...own?.MultiRegionConfiguration,
      MultiRegionKeyType: "REPLICA",
    });
    expect(own?.MultiRegionConfiguration).toEqual({
      MultiRegionKeyType: "PRIMARY",
      PrimaryKey: { Arn: kms.arn(KeyId), Region: "eu-west-1" },
      ReplicaKeys: [{ Arn: kms.arn(KeyId, there), Region: "us-west-2" }],
    });
    const listed = await kms.call("ListKeys", {}, there);
    expect(listed.Keys).toContainEqual({ KeyId, KeyArn: kms.arn(KeyId, there) });
  });

  test("copies neither policy, description, tags nor aliases, and gives the replica its own", async () => {
    const Policy = allowing("kms:*", { Bool: { "aws:SecureTransport": "false" } });
    const Tags = [tag("theirs")];
    const KeyId = await primary({ Description: "ours", Tags: [tag("ours")] });
    await kms.call("CreateAlias", { AliasName: "alias/ours", TargetKeyId: KeyId });
    const input = { KeyId, ReplicaRegion, Policy, Tags, Description: "theirs" };
    const output = await kms.call("ReplicateKey", input);
    expect(output).toMatchObject({ ReplicaPolicy: Policy, ReplicaTags: Tags });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId }, there);
    expect(KeyMetadata?.Description).toBe("theirs");
    expect((await kms.call("ListResourceTags", { KeyId }, there)).Tags).toEqual(Tags);
    expect((await kms.call("GetKeyPolicy", { KeyId }, there)).Policy).toBe(Policy);
    expect((await kms.call("ListAliases", { KeyId }, there)).Aliases).toEqual([]);
    expect((await kms.call("ListResourceTags", { KeyId })).Tags).toEqual([tag("ours")]);
  });

  test("lets each key decrypt what the other encrypted, and names the one that did", async () => {
    const KeyId = await pair();
    for (const [from, to] of [
      [{}, there],
      [there, {}],
    ]) {
      const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: text }, from);
      const opened = await kms.call("Decrypt", { CiphertextBlob }, to);
      expect(opened.KeyId).toBe(kms.arn(KeyId, to));
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(text);
      await kms.call("Decrypt", { CiphertextBlob, KeyId: kms.arn(KeyId, to) }, to);
      const moved = { CiphertextBlob, SourceKeyId: KeyId, DestinationKeyId: KeyId };
      const again = await kms.call("ReEncrypt", moved, to);
      expect(again).toMatchObject({
        SourceKeyId: kms.arn(KeyId, to),
        KeyId: kms.arn(KeyId, to),
        SourceKeyMaterialId: opened.KeyMaterialId,
        DestinationKeyMaterialId: opened.KeyMaterialId,
      });
    }
  });

  test("gives the replica the older key material too", async () => {
    const KeyId = await primary();
    const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: text });
    await kms.call("RotateKeyOnDemand", { KeyId });
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    const opened = await kms.call("Decrypt", { CiphertextBlob }, there);
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(text);
    const input = { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" } as const;
    const all = await kms.call("ListKeyRotations", input);
    expect(all.Rotations).toHaveLength(2);
    expect(await kms.call("ListKeyRotations", input, there)).toEqual(all);
  });

  test("gives the replica the rotation schedule and the count of rotations on demand", async () => {
    const KeyId = await primary();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 100 });
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    expect(await kms.call("GetKeyRotationStatus", { KeyId }, there)).toEqual({
      ...(await kms.call("GetKeyRotationStatus", { KeyId })),
      KeyId: kms.arn(KeyId, there),
    });
  });

  test.each<Input<"CreateKey">>([
    { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" },
    { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
    { KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" },
    { KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" },
  ])("makes $KeySpec keys whose signatures verify in the other Region", async (chosen) => {
    const KeyId = await pair(chosen);
    const { SigningAlgorithms } = (await kms.call("DescribeKey", { KeyId })).KeyMetadata ?? {};
    const SigningAlgorithm = SigningAlgorithms?.[0];
    const message = { KeyId, Message: text, SigningAlgorithm };
    const { Signature } = await kms.call("Sign", message, there);
    const verified = await kms.call("Verify", { ...message, Signature });
    expect(verified.SignatureValid).toBe(true);
    const ours = await kms.call("GetPublicKey", { KeyId });
    const theirs = await kms.call("GetPublicKey", { KeyId }, there);
    expect(theirs).toEqual({ ...ours, KeyId: kms.arn(KeyId, there) });
  });

  test("makes HMAC keys whose codes verify in the other Region", async () => {
    const KeyId = await pair({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const message = { KeyId, Message: text, MacAlgorithm: "HMAC_SHA_256" } as const;
    const { Mac } = await kms.call("GenerateMac", message);
    expect((await kms.call("VerifyMac", { ...message, Mac }, there)).MacValid).toBe(true);
  });

  test("makes key agreement keys that agree on the same secret", async () => {
    const KeyId = await pair({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
    const { PublicKey } = await kms.call("GetPublicKey", { KeyId });
    const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey } as const;
    const ours = await kms.call("DeriveSharedSecret", input);
    const theirs = await kms.call("DeriveSharedSecret", input, there);
    expect(theirs.SharedSecret).toEqual(ours.SharedSecret);
  });

  test("tracks the last use of each key by itself", async () => {
    const KeyId = await pair();
    await kms.call("Encrypt", { KeyId, Plaintext: text }, there);
    expect((await kms.call("GetKeyLastUsage", { KeyId })).KeyLastUsage).toEqual({});
    const used = await kms.call("GetKeyLastUsage", { KeyId }, there);
    expect(used.KeyLastUsage).toMatchObject({ Operation: "Encrypt" });
  });

  test("disables and enables each key by itself", async () => {
    const KeyId = await pair();
    await kms.call("DisableKey", { KeyId });
    await kms.call("Encrypt", { KeyId, Plaintext: text }, there);
    expect((await refusal(kms.call("Encrypt", { KeyId, Plaintext: text }))).code).toBe(
      "DisabledException",
    );
  });
});

describe("ReplicateKey, on record,", () => {
  test("names the primary, with the defaults echoed", async () => {
    const KeyId = await primary();
    const { ReplicaPolicy } = await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    const [call] = kms.records.slice(-3);
    expect(call).toMatchObject({
      eventName: "ReplicateKey",
      awsRegion: "eu-west-1",
      readOnly: false,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
    expect(call?.["requestParameters"]).toEqual({
      keyId: KeyId,
      replicaRegion: "us-west-2",
      bypassPolicyLockoutSafetyCheck: false,
      description: "",
    });
    expect(call?.["responseElements"]).toMatchObject({
      replicaKeyMetadata: {
        keyState: "Creating",
        creationDate: "Mar 1, 2026, 10:15:01 AM",
        multiRegionConfiguration: {
          multiRegionKeyType: "REPLICA",
          primaryKey: { arn: kms.arn(KeyId), region: "eu-west-1" },
          replicaKeys: [{ arn: kms.arn(KeyId, there), region: "us-west-2" }],
        },
      },
      replicaPolicy: ReplicaPolicy,
    });
  });

  test("is CreateKey in the replica's Region, by KMS for the same caller", async () => {
    const KeyId = await primary();
    const Tags = [tag("a")];
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion, Description: "x", Tags });
    const [call, creation] = kms.records.slice(-3);
    expect(creation).toMatchObject({
      eventName: "CreateKey",
      eventType: "AwsApiCall",
      awsRegion: "us-west-2",
      sourceIPAddress: "kms.amazonaws.com",
      userAgent: "kms.amazonaws.com",
      requestID: call?.["requestID"],
      resources: [{ ARN: kms.arn(KeyId, there) }],
      responseElements: { keyMetadata: { arn: kms.arn(KeyId, there), keyState: "Creating" } },
    });
    expect(creation?.["userIdentity"]).toEqual({
      ...(call?.["userIdentity"] as object),
      invokedBy: "kms.amazonaws.com",
    });
    expect(creation?.["requestParameters"]).toEqual({
      description: "x",
      origin: "AWS_KMS",
      bypassPolicyLockoutSafetyCheck: false,
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      keySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
      multiRegion: true,
      tags: [{ tagKey: "a", tagValue: "a" }],
    });
  });

  test("is SynchronizeMultiRegionKey by the service itself, at the primary", async () => {
    const KeyId = await pair();
    const [call, , synchronized] = kms.records.slice(-3);
    expect(synchronized).toMatchObject({
      eventName: "SynchronizeMultiRegionKey",
      eventType: "AwsApiCall",
      userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
      awsRegion: "eu-west-1",
      requestID: call?.["requestID"],
      requestParameters: null,
      responseElements: null,
      readOnly: false,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });
});

describe("refused is", () => {
  test("UnsupportedOperationException: to replicate a replica", async () => {
    const KeyId = await pair();
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" }, there);
    expect(await refusal(attempt)).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, there)} is not a multi-region primary key.`,
    });
  });

  test("UnsupportedOperationException: to replicate a single-Region key", async () => {
    const KeyId = await kms.newKey();
    expect(await refusal(kms.call("ReplicateKey", { KeyId, ReplicaRegion }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} is not a multi-region primary key.`,
    });
  });

  test("AlreadyExistsException: a second replica in a Region, also of two calls at once", async () => {
    const KeyId = await pair();
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    expect((await refusal(attempt)).code).toBe("AlreadyExistsException");
    const twice = [1, 2].map(() => kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" }));
    const outcomes = await Promise.allSettled(twice);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test.each([
    ["the primary's own Region", "eu-west-1"],
    ["a Region that is not served", "eu-north-1"],
    ["a Region of another partition", "cn-north-1"],
  ])("ValidationException: %s", async (_what, region) => {
    const KeyId = await primary();
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion: region });
    expect((await refusal(attempt)).code).toBe("ValidationException");
  });

  test("ValidationException: what is no name of a Region", async () => {
    const KeyId = await primary();
    expect(await refusal(kms.call("ReplicateKey", { KeyId, ReplicaRegion: "moon" }))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value 'moon' at 'replicaRegion' failed to satisfy " +
        "constraint: Member must satisfy regular expression pattern: ^([a-z]+-){2,3}\\d+$",
    });
  });

  test("DisabledException: a disabled primary", async () => {
    const KeyId = await primary();
    await kms.call("DisableKey", { KeyId });
    expect(await refusal(kms.call("ReplicateKey", { KeyId, ReplicaRegion }))).toEqual({
      code: "DisabledException",
      message: `${kms.arn(KeyId)} is disabled.`,
    });
  });

  test.each([
    ["PendingDeletion", primary, "pending deletion"],
    ["PendingReplicaDeletion", pair, "pending replica deletion"],
  ] as const)("KMSInvalidStateException: a primary that is %s", async (_state, make, words) => {
    const KeyId = await make();
    await kms.call("ScheduleKeyDeletion", { KeyId });
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" });
    expect(await refusal(attempt)).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is ${words}.`,
    });
  });

  test("NotFoundException: the replica, sent to its own Region before it is there", async () => {
    const KeyId = await primary();
    expect(await refusal(kms.call("DescribeKey", { KeyId }, there))).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(KeyId, there)}' does not exist`,
    });
  });

  test("NotFoundException: an alias, which ReplicateKey does not take", async () => {
    const attempt = kms.call("ReplicateKey", { KeyId: "alias/x", ReplicaRegion });
    expect(await refusal(attempt)).toEqual({
      code: "NotFoundException",
      message: "Invalid keyId 'alias/x'",
    });
  });

  test.each<[string, JsonObject, string]>([
    ["TagException", { Tags: [tag("aws:x")] }, "Tags beginning with aws: are reserved"],
    ["TagException", { Tags: [tag("a"), tag("a")] }, "Duplicate tag keys"],
    [
      "MalformedPolicyDocumentException",
      { Policy: allowing("kms:Encrypt") },
      "The new key policy will not allow you to update the key policy in the future.",
    ],
  ])("%s for a replica with %o", async (code, own, message) => {
    const KeyId = await primary();
    const attempt = kms.send("ReplicateKey", { KeyId, ReplicaRegion, ...own });
    expect(await refusal(attempt)).toEqual({ code, message });
    expect((await refusal(kms.call("DescribeKey", { KeyId }, there))).code).toBe(
      "NotFoundException",
    );
  });

  test("AccessDeniedException: a Region that the key policy's kms:ReplicaRegion does not allow", async () => {
    const Condition = { StringNotEqualsIfExists: { "kms:ReplicaRegion": "us-west-2" } };
    const KeyId = await primary({ Policy: allowing("kms:*", Condition) });
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" });
  });
});

function tag(name: string) {
  return { TagKey: name, TagValue: name };
}
