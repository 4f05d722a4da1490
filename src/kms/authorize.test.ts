import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";

const account = "arn:aws:iam::111122223333:root";
const allowAll = { Effect: "Allow", Principal: { AWS: account }, Action: "kms:*", Resource: "*" };
const day = 86_400_000;
const plaintext = Buffer.from("x");

type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

/** A key with these statements beside the one that leaves its account in charge. */
async function keyWith(...statements: readonly object[]): Promise<string> {
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allowAll, ...statements] });
  return await kms.newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
}

function deny(Action: string | readonly string[], Condition: Condition = {}) {
  return { Effect: "Deny", Principal: "*", Action, Resource: "*", Condition };
}

/** A key whose account may manage it, and use it under a condition. */
async function usableIf(Condition: Condition): Promise<string> {
  const use = { ...allowAll, Action: ["kms:*crypt*", "kms:GenerateDataKey*"], Condition };
  const manage = { ...allowAll, NotAction: use.Action, Action: undefined };
  return await kms.newKey({
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: [manage, use] }),
  });
}

async function isDenied(name: OperationName, input: JsonObject, options?: CallOptions) {
  try {
    await kms.send(name, input, options);
    return false;
  } catch (error) {
    if (error instanceof KmsError && error.code === "AccessDeniedException") return true;
    throw error;
  }
}

const encrypt = (KeyId: string, rest: JsonObject = {}) =>
  ["Encrypt", { KeyId, Plaintext: plaintext, ...rest }] as const;

describe("a key policy", () => {
  test("that denies is told apart from one that does not allow", async () => {
    const denied = await keyWith(deny("kms:Encrypt"));
    expect(await refusal(kms.call("Encrypt", { KeyId: denied, Plaintext: plaintext }))).toEqual({
      code: "AccessDeniedException",
      message:
        `User: ${account} is not authorized to perform: kms:Encrypt on resource: ` +
        `${kms.arn(denied)} with an explicit deny in a resource-based policy`,
    });
    const closed = await usableIf({ Bool: { "aws:ViaAWSService": "true" } });
    expect(await refusal(kms.call("Encrypt", { KeyId: closed, Plaintext: plaintext }))).toEqual({
      code: "AccessDeniedException",
      message:
        `User: ${account} is not authorized to perform: kms:Encrypt on resource: ` +
        `${kms.arn(closed)} because no resource-based policy allows the kms:Encrypt action`,
    });
  });

  test("that refuses is on record without what was asked for", async () => {
    const KeyId = await keyWith(deny("kms:Encrypt"));
    const EncryptionContext = { hidden: "context" };
    await refusal(kms.call("Encrypt", { KeyId, Plaintext: plaintext, EncryptionContext }));
    expect(kms.lastRecord()).toMatchObject({
      errorCode: "AccessDenied",
      requestParameters: null,
      responseElements: null,
    });
    expect(JSON.stringify(kms.lastRecord())).not.toContain("hidden");
  });

  test("speaks of the resource associated with the ciphertext when only a blob names the key", async () => {
    const KeyId = await keyWith(deny("kms:Decrypt"), deny("kms:ReEncryptFrom"));
    const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: plaintext });
    const words = "on the resource associated with this ciphertext with an explicit deny";
    expect(await refusal(kms.call("Decrypt", { CiphertextBlob }))).toMatchObject({
      code: "AccessDeniedException",
      message: `User: ${account} is not authorized to perform: kms:Decrypt ${words} in a resource-based policy`,
    });
    const moved = { CiphertextBlob, DestinationKeyId: KeyId };
    expect(await refusal(kms.call("ReEncrypt", moved))).toMatchObject({
      message: `User: ${account} is not authorized to perform: kms:ReEncryptFrom ${words} in a resource-based policy`,
    });
  });

  test("is asked before the key's state is told", async () => {
    const KeyId = await keyWith(deny("kms:Encrypt"));
    await kms.call("DisableKey", { KeyId });
    expect(await isDenied("Encrypt", { KeyId, Plaintext: plaintext })).toBe(true);
  });

  test("without its account's root locks even the root out, and lets others do no more than they may elsewhere", async () => {
    const Policy = JSON.stringify({
      Statement: { ...allowAll, Principal: { AWS: "arn:aws:iam::444455556666:root" } },
    });
    const KeyId = await kms.newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
    const calls: readonly (readonly [OperationName, JsonObject])[] = [
      ["DescribeKey", { KeyId }],
      ["GetKeyPolicy", { KeyId }],
      ["PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }],
      ["Encrypt", { KeyId, Plaintext: plaintext }],
      ["ScheduleKeyDeletion", { KeyId }],
      ["EnableKey", { KeyId }],
    ];
    for (const [name, input] of calls) expect(await isDenied(name, input)).toBe(true);
    const theirs = { accountId: "444455556666" };
    const byArn = calls.map(
      ([name, input]) => [name, { ...input, KeyId: kms.arn(KeyId) }] as const,
    );
    for (const [name, input] of byArn) {
      const lets = name === "DescribeKey" || name === "Encrypt";
      expect(await isDenied(name, input, theirs)).toBe(!lets);
    }
  });

  test("takes names of actions in any case, with wildcards", async () => {
    const KeyId = await keyWith(deny("KMS:gen*DATAKEY"));
    expect(await isDenied("GenerateDataKey", { KeyId, KeySpec: "AES_256" })).toBe(true);
    const without = { KeyId, KeySpec: "AES_256" };
    expect(await isDenied("GenerateDataKeyWithoutPlaintext", without)).toBe(false);
  });

  test("decides every operation on a key under the name of that operation", async () => {
    const KeyId = await keyWith(deny("kms:*"));
    const inputs: Partial<Record<OperationName, JsonObject>> = {
      CancelKeyDeletion: {},
      CreateAlias: { AliasName: "alias/denied", TargetKeyId: KeyId },
      DescribeKey: {},
      DisableKey: {},
      DisableKeyRotation: {},
      EnableKey: {},
      EnableKeyRotation: {},
      Encrypt: { Plaintext: plaintext },
      GenerateDataKey: { KeySpec: "AES_256" },
      GenerateDataKeyWithoutPlaintext: { KeySpec: "AES_256" },
      GetKeyLastUsage: {},
      GetKeyPolicy: {},
      GetKeyRotationStatus: {},
      ListKeyPolicies: {},
      ListKeyRotations: {},
      ListResourceTags: {},
      PutKeyPolicy: { Policy: "{}" },
      RotateKeyOnDemand: {},
      ScheduleKeyDeletion: {},
      TagResource: { Tags: [] },
      UntagResource: { TagKeys: [] },
      UpdateKeyDescription: { Description: "" },
    };
    for (const [name, input] of Object.entries(inputs)) {
      const attempt = kms.send(name as OperationName, { KeyId, ...input });
      expect(await refusal(attempt)).toEqual({
        code: "AccessDeniedException",
        message:
          `User: ${account} is not authorized to perform: kms:${name} on resource: ` +
          `${kms.arn(KeyId)} with an explicit deny in a resource-based policy`,
      });
    }
  });

  test("does not apply to an operator, who may do nothing with keys", async () => {
    const KeyId = await kms.newKey();
    const caller = {
      type: "Operator",
      accountId: "111122223333",
      arn: "operator",
      principalId: "operator",
    } as const;
    expect(await isDenied("DescribeKey", { KeyId }, { caller })).toBe(true);
    expect(await isDenied("ListKeys", {}, { caller })).toBe(true);
    expect(await isDenied("CreateKey", {}, { caller })).toBe(true);
    expect(await isDenied("GenerateRandom", { NumberOfBytes: 8 }, { caller })).toBe(true);
  });
});

describe("a condition", () => {
  test("on a pair of the encryption context: the name in any case, the value exactly", async () => {
    const KeyId = await usableIf({ StringEquals: { "kms:EncryptionContext:Tenant": "blue" } });
    const by = (EncryptionContext?: JsonObject) =>
      isDenied(...encrypt(KeyId, EncryptionContext && { EncryptionContext }));
    expect(await by({ tenant: "blue", other: "x" })).toBe(false);
    expect(await by({ tenant: "Blue" })).toBe(true);
    expect(await by({ other: "blue" })).toBe(true);
    expect(await by()).toBe(true);
  });

  test("on the names of the encryption context", async () => {
    const only = { "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["a", "b"] } };
    const KeyId = await usableIf({ ...only, Null: { "kms:EncryptionContextKeys": "false" } });
    const by = (EncryptionContext?: JsonObject) =>
      isDenied(...encrypt(KeyId, EncryptionContext && { EncryptionContext }));
    expect(await by({ a: "1", b: "2" })).toBe(false);
    expect(await by({ a: "1", c: "2" })).toBe(true);
    expect(await by()).toBe(true);
  });

  test("on the context holds for Decrypt, data keys and both sides of ReEncrypt", async () => {
    const KeyId = await usableIf({ StringEquals: { "kms:EncryptionContext:t": "a" } });
    const own = { t: "a" };
    const { CiphertextBlob } = await kms.call("Encrypt", {
      KeyId,
      Plaintext: plaintext,
      EncryptionContext: own,
    });
    expect(await isDenied("Decrypt", { CiphertextBlob })).toBe(true);
    expect(await isDenied("Decrypt", { CiphertextBlob, EncryptionContext: own })).toBe(false);
    expect(await isDenied("GenerateDataKey", { KeyId, KeySpec: "AES_256" })).toBe(true);
    const moved = { CiphertextBlob, DestinationKeyId: KeyId };
    const both = { SourceEncryptionContext: own, DestinationEncryptionContext: own };
    expect(await isDenied("ReEncrypt", { ...moved, ...both })).toBe(false);
    expect(await isDenied("ReEncrypt", { ...moved, SourceEncryptionContext: own })).toBe(true);
    expect(await isDenied("ReEncrypt", { ...moved, DestinationEncryptionContext: own })).toBe(true);
  });

  test("on the alias asks how the caller named the key", async () => {
    const KeyId = await usableIf({ StringEquals: { "kms:RequestAlias": "alias/front" } });
    await kms.call("CreateAlias", { AliasName: "alias/front", TargetKeyId: KeyId });
    await kms.call("CreateAlias", { AliasName: "alias/back", TargetKeyId: KeyId });
    const arn = "arn:aws:kms:eu-west-1:111122223333:alias/front";
    expect(await isDenied(...encrypt("alias/front"))).toBe(false);
    expect(await isDenied(...encrypt(arn))).toBe(false);
    expect(await isDenied(...encrypt("alias/back"))).toBe(true);
    expect(await isDenied(...encrypt(KeyId))).toBe(true);
    expect(await isDenied(...encrypt(kms.arn(KeyId)))).toBe(true);
  });

  test("on the alias does not concern those who change the alias itself", async () => {
    const KeyId = await keyWith(deny("kms:*", { StringLike: { "kms:RequestAlias": "alias/*" } }));
    await kms.call("CreateAlias", { AliasName: "alias/object", TargetKeyId: KeyId });
    expect(await isDenied("DescribeKey", { KeyId: "alias/object" })).toBe(true);
    expect(await isDenied("DeleteAlias", { AliasName: "alias/object" })).toBe(false);
  });

  test.each<[string, Condition]>([
    ["kms:CallerAccount", { StringEquals: { "kms:CallerAccount": "111122223333" } }],
    ["kms:KeySpec", { StringEquals: { "kms:KeySpec": "SYMMETRIC_DEFAULT" } }],
    ["kms:KeyUsage", { StringEquals: { "kms:KeyUsage": "ENCRYPT_DECRYPT" } }],
    ["kms:KeyOrigin", { StringEquals: { "kms:KeyOrigin": "AWS_KMS" } }],
    ["kms:MultiRegion", { Bool: { "kms:MultiRegion": "false" } }],
    ["no kms:MultiRegionKeyType", { Null: { "kms:MultiRegionKeyType": "true" } }],
    [
      "kms:EncryptionAlgorithm",
      { StringEquals: { "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT" } },
    ],
    ["no kms:ViaService", { Null: { "kms:ViaService": "true" } }],
    ["aws:SourceIp", { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } }],
    ["aws:PrincipalArn", { ArnEquals: { "aws:PrincipalArn": account } }],
    ["aws:PrincipalAccount", { StringEquals: { "aws:PrincipalAccount": "111122223333" } }],
    ["aws:RequestedRegion", { StringEquals: { "aws:RequestedRegion": "eu-west-1" } }],
    ["aws:SecureTransport", { Bool: { "aws:SecureTransport": "false" } }],
    ["aws:UserAgent", { StringEquals: { "aws:UserAgent": "bench" } }],
    ["aws:CurrentTime", { DateGreaterThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } }],
  ])("on %s holds for a direct call to the key", async (_what, condition) => {
    expect(await isDenied(...encrypt(await usableIf(condition)))).toBe(false);
    expect(await isDenied(...encrypt(await keyWith(deny("kms:Encrypt", condition))))).toBe(true);
  });

  test("on the type of a multi-Region key tells the primary from its replica", async () => {
    const replicas = { StringEquals: { "kms:MultiRegionKeyType": "REPLICA" } };
    const Policy = JSON.stringify({ Statement: [allowAll, deny("kms:Encrypt", replicas)] });
    const KeyId = await kms.newKey({ MultiRegion: true, Policy });
    const there = { region: "us-west-2" };
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region, Policy });
    expect(await isDenied(...encrypt(KeyId))).toBe(false);
    expect(await isDenied(...encrypt(KeyId), there)).toBe(true);
    await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: there.region });
    expect(await isDenied(...encrypt(KeyId))).toBe(true);
    expect(await isDenied(...encrypt(KeyId), there)).toBe(false);
  });

  test("on the address follows the caller", async () => {
    const KeyId = await usableIf({ IpAddress: { "aws:SourceIp": "192.0.2.0/24" } });
    expect(await isDenied(...encrypt(KeyId), { sourceIp: "198.51.100.7" })).toBe(true);
    expect(await isDenied(...encrypt(KeyId), { sourceIp: "192.0.2.200" })).toBe(false);
  });

  test("on a service that calls is not met by a direct call", async () => {
    const via = { "kms:ViaService": "s3.eu-west-1.amazonaws.com" };
    expect(await isDenied(...encrypt(await usableIf({ StringEquals: via })))).toBe(true);
  });

  test("on the key's tags follows the tags at once", async () => {
    const KeyId = await usableIf({ StringEquals: { "aws:ResourceTag/stage": "live" } });
    expect(await isDenied(...encrypt(KeyId))).toBe(true);
    await kms.call("TagResource", { KeyId, Tags: [{ TagKey: "stage", TagValue: "live" }] });
    expect(await isDenied(...encrypt(KeyId))).toBe(false);
    await kms.call("UntagResource", { KeyId, TagKeys: ["stage"] });
    expect(await isDenied(...encrypt(KeyId))).toBe(true);
  });

  test("on the tags of a request", async () => {
    const KeyId = await keyWith(
      deny("kms:TagResource", { StringEquals: { "aws:RequestTag/stage": "live" } }),
      deny(["kms:TagResource", "kms:UntagResource"], {
        "ForAnyValue:StringEquals": { "aws:TagKeys": "locked" },
      }),
    );
    const tag = (TagKey: string, TagValue: string) =>
      isDenied("TagResource", { KeyId, Tags: [{ TagKey, TagValue }] });
    expect(await tag("stage", "live")).toBe(true);
    expect(await tag("stage", "test")).toBe(false);
    expect(await tag("locked", "x")).toBe(true);
    expect(await isDenied("UntagResource", { KeyId, TagKeys: ["a", "locked"] })).toBe(true);
    expect(await isDenied("UntagResource", { KeyId, TagKeys: ["a"] })).toBe(false);
  });

  test("on numbers in the request: waiting period and rotation period", async () => {
    const KeyId = await keyWith(
      deny("kms:ScheduleKeyDeletion", {
        NumericLessThan: { "kms:ScheduleKeyDeletionPendingWindowInDays": "20" },
      }),
      deny("kms:EnableKeyRotation", { NumericGreaterThan: { "kms:RotationPeriodInDays": "180" } }),
    );
    const rotate = (RotationPeriodInDays: number) =>
      isDenied("EnableKeyRotation", { KeyId, RotationPeriodInDays });
    expect(await rotate(181)).toBe(true);
    expect(await rotate(180)).toBe(false);
    const schedule = (PendingWindowInDays: number) =>
      isDenied("ScheduleKeyDeletion", { KeyId, PendingWindowInDays });
    expect(await schedule(19)).toBe(true);
    expect(await schedule(20)).toBe(false);
  });

  test("on the days a key was not used keeps keys in use from being disabled and deleted", async () => {
    const recent = { NumericLessThan: { "kms:TrailingDaysWithoutKeyUsage": "90" } };
    const KeyId = await keyWith(deny(["kms:DisableKey", "kms:ScheduleKeyDeletion"], recent));
    expect(await isDenied("DisableKey", { KeyId })).toBe(true);
    kms.nowMs += 89 * day;
    await kms.call("Encrypt", { KeyId, Plaintext: plaintext });
    kms.nowMs += 89 * day;
    expect(await isDenied("ScheduleKeyDeletion", { KeyId })).toBe(true);
    expect(await isDenied("DisableKey", { KeyId })).toBe(true);
    kms.nowMs += day;
    expect(await isDenied("DisableKey", { KeyId })).toBe(false);
    expect(await isDenied("ScheduleKeyDeletion", { KeyId })).toBe(false);
  });

  test("on ReEncrypt tells one key from two", async () => {
    const moving = { Bool: { "kms:ReEncryptOnSameKey": "false" } };
    const KeyId = await keyWith(deny("kms:ReEncrypt*", moving));
    const other = await kms.newKey();
    const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: plaintext });
    expect(await isDenied("ReEncrypt", { CiphertextBlob, DestinationKeyId: KeyId })).toBe(false);
    expect(await isDenied("ReEncrypt", { CiphertextBlob, DestinationKeyId: other })).toBe(true);
  });

  test("on the lockout check asks whether it is to be bypassed", async () => {
    const bypassing = { Bool: { "kms:BypassPolicyLockoutSafetyCheck": "true" } };
    const KeyId = await keyWith(deny("kms:PutKeyPolicy", bypassing));
    const Policy = JSON.stringify({ Statement: allowAll });
    const BypassPolicyLockoutSafetyCheck = true;
    const bypass = { KeyId, Policy, BypassPolicyLockoutSafetyCheck };
    expect(await isDenied("PutKeyPolicy", bypass)).toBe(true);
    expect(await isDenied("PutKeyPolicy", { KeyId, Policy })).toBe(false);
  });

  test("on the lockout check finds false what was not sent, and Null finds it absent", async () => {
    const name = "kms:BypassPolicyLockoutSafetyCheck";
    const Policy = JSON.stringify({ Statement: allowAll });
    const isDeniedBy = async (Condition: Condition, sent: JsonObject = {}) => {
      const KeyId = await keyWith(deny("kms:PutKeyPolicy", Condition));
      return await isDenied("PutKeyPolicy", { KeyId, Policy, ...sent });
    };
    expect(await isDeniedBy({ Bool: { [name]: "false" } })).toBe(true);
    expect(await isDeniedBy({ Null: { [name]: "true" } })).toBe(true);
    const sent = { BypassPolicyLockoutSafetyCheck: false };
    expect(await isDeniedBy({ Bool: { [name]: "false" } }, sent)).toBe(true);
    expect(await isDeniedBy({ Null: { [name]: "true" } }, sent)).toBe(false);
  });

  test("on the lockout check lets an author in who will not bypass it", async () => {
    const Condition = { Bool: { "kms:BypassPolicyLockoutSafetyCheck": "false" } };
    const Policy = JSON.stringify({ Statement: { ...allowAll, Condition } });
    expect(await kms.newKey({ Policy })).not.toBe("");
  });
});

describe("a name in several spellings", () => {
  const both = { Tenant: "blue", tenant: "red" };
  const reversed = { tenant: "red", Tenant: "blue" };

  test.each(["blue", "red"])(
    "does not get past a Deny of %s in the encryption context",
    async (value) => {
      const KeyId = await keyWith(
        deny("kms:Encrypt", { StringEquals: { "kms:EncryptionContext:tenant": value } }),
      );
      for (const EncryptionContext of [both, reversed]) {
        expect(await isDenied(...encrypt(KeyId, { EncryptionContext }))).toBe(true);
      }
    },
  );

  test("meets an Allow in the encryption context only with all of its values", async () => {
    const KeyId = await usableIf({ StringEquals: { "kms:EncryptionContext:tenant": "blue" } });
    for (const EncryptionContext of [both, reversed]) {
      expect(await isDenied(...encrypt(KeyId, { EncryptionContext }))).toBe(true);
    }
    const EncryptionContext = { Tenant: "blue", tenant: "blue" };
    expect(await isDenied(...encrypt(KeyId, { EncryptionContext }))).toBe(false);
  });

  test("does not get past a Deny of a requested tag", async () => {
    const KeyId = await keyWith(
      deny("kms:TagResource", { StringEquals: { "aws:RequestTag/stage": "live" } }),
    );
    const live = { TagKey: "stage", TagValue: "live" };
    const Tags = [live, { TagKey: "Stage", TagValue: "test" }];
    expect(await isDenied("TagResource", { KeyId, Tags })).toBe(true);
    expect(await isDenied("TagResource", { KeyId, Tags: Tags.toReversed() })).toBe(true);
  });

  test("does not get past a Deny, nor meet an Allow, of a tag of the key", async () => {
    const Tags = [
      { TagKey: "Stage", TagValue: "test" },
      { TagKey: "stage", TagValue: "live" },
    ];
    const live = { StringEquals: { "aws:ResourceTag/stage": "live" } };
    const denied = await keyWith(deny("kms:Encrypt", live));
    await kms.call("TagResource", { KeyId: denied, Tags });
    expect(await isDenied(...encrypt(denied))).toBe(true);
    const open = await usableIf(live);
    await kms.call("TagResource", { KeyId: open, Tags });
    expect(await isDenied(...encrypt(open))).toBe(true);
  });
});

describe("an AWS managed key", () => {
  let KeyId: string;
  beforeAll(async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    KeyId = KeyMetadata?.KeyId ?? "";
  });

  const refused: readonly (readonly [OperationName, JsonObject])[] = [
    ["Encrypt", { Plaintext: plaintext }],
    ["GenerateDataKey", { KeySpec: "AES_256" }],
    ["EnableKey", {}],
    ["DisableKey", {}],
    ["ScheduleKeyDeletion", {}],
    ["CancelKeyDeletion", {}],
    ["PutKeyPolicy", { Policy: JSON.stringify({ Statement: allowAll }) }],
    ["TagResource", { Tags: [] }],
    ["UntagResource", { TagKeys: [] }],
    ["EnableKeyRotation", {}],
    ["DisableKeyRotation", {}],
    ["RotateKeyOnDemand", {}],
    ["UpdateKeyDescription", { Description: "mine" }],
  ];
  test.each(refused)("refuses its account's root %s", async (name, input) => {
    expect(await isDenied(name, { KeyId, ...input })).toBe(true);
  });

  test("refuses use by its alias too", async () => {
    expect(await isDenied("Encrypt", { KeyId: "alias/aws/s3", Plaintext: plaintext })).toBe(true);
  });

  test.each([
    "DescribeKey",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "ListKeyPolicies",
    "ListResourceTags",
    "ListAliases",
  ] as const)("lets its account's root %s", async (name) => {
    expect(await isDenied(name, { KeyId })).toBe(false);
  });
});
