import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { Input } from "../../contract.ts";

const there = { region: "us-west-2" };
const PrimaryRegion = there.region;

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

/** A primary in eu-west-1 with replicas in us-west-2 and us-east-1. */
async function related(own: Partial<Input<"ReplicateKey">> = {}, input = {}): Promise<string> {
  const KeyId = await kms.newKey({ MultiRegion: true, ...input });
  await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-west-2", ...own });
  await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" });
  return KeyId;
}

async function configurationIn(KeyId: string, region: string) {
  const { KeyMetadata } = await kms.call("DescribeKey", { KeyId }, { region });
  return KeyMetadata?.MultiRegionConfiguration;
}

function policyWith(...statements: readonly object[]): string {
  const root = { AWS: "arn:aws:iam::111122223333:root" };
  const all = { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" };
  return JSON.stringify({ Statement: [all, ...statements] });
}

function deny(Action: string, Condition: object = {}) {
  return { Effect: "Deny", Principal: "*", Action, Resource: "*", Condition };
}

describe("UpdatePrimaryRegion", () => {
  test("makes the replica the primary and the primary a replica, in every Region", async () => {
    const KeyId = await related();
    expect(await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion })).toBeUndefined();
    const place = (region: string) => ({ Arn: kms.arn(KeyId, { region }), Region: region });
    const shared = {
      PrimaryKey: place("us-west-2"),
      ReplicaKeys: [place("eu-west-1"), place("us-east-1")],
    };
    const types = { "us-west-2": "PRIMARY", "eu-west-1": "REPLICA", "us-east-1": "REPLICA" };
    for (const [region, MultiRegionKeyType] of Object.entries(types)) {
      expect(await configurationIn(KeyId, region)).toEqual({ MultiRegionKeyType, ...shared });
    }
  });

  test("moves rotation to the new primary, with its schedule and its count", async () => {
    const KeyId = await related();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 100 });
    const before = await kms.call("GetKeyRotationStatus", { KeyId });
    for (let count = 0; count < 25; count += 1) await kms.call("RotateKeyOnDemand", { KeyId });
    await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion });
    expect(await kms.call("GetKeyRotationStatus", { KeyId }, there)).toEqual({
      ...before,
      KeyId: kms.arn(KeyId, there),
    });
    expect((await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).code).toBe(
      "UnsupportedOperationException",
    );
    expect((await refusal(kms.call("RotateKeyOnDemand", { KeyId }, there))).code).toBe(
      "LimitExceededException",
    );
    await kms.call("DisableKeyRotation", { KeyId }, there);
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toMatchObject({
      KeyRotationEnabled: false,
    });
  });

  test("is on record in both Regions, with one request id", async () => {
    const KeyId = await related();
    await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion });
    const [old, next] = kms.records.slice(-2);
    expect(old).toMatchObject({
      eventName: "UpdatePrimaryRegion",
      awsRegion: "eu-west-1",
      readOnly: false,
      requestParameters: { keyId: KeyId, primaryRegion: "us-west-2" },
      responseElements: { keyId: kms.arn(KeyId) },
    });
    expect(old?.["resources"]).toMatchObject([{ ARN: kms.arn(KeyId) }]);
    expect(next).toMatchObject({
      eventName: "UpdatePrimaryRegion",
      awsRegion: "us-west-2",
      requestID: old?.["requestID"],
      requestParameters: { keyId: kms.arn(KeyId, there), primaryRegion: "us-west-2" },
      userIdentity: { ...(old?.["userIdentity"] as object), invokedBy: "kms.amazonaws.com" },
    });
    expect(next).not.toHaveProperty("resources");
    expect(next?.["eventID"]).not.toBe(old?.["eventID"]);
  });

  test("of two calls at once, moves the primary once", async () => {
    const KeyId = await related();
    const outcomes = await Promise.allSettled([
      kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: "us-west-2" }),
      kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: "us-east-1" }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("refused is", () => {
  test("UnsupportedOperationException: a call at a replica", async () => {
    const KeyId = await related();
    const attempt = kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion }, there);
    expect(await refusal(attempt)).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, there)} is not a multi-region primary key.`,
    });
  });

  test("UnsupportedOperationException: a single-Region key", async () => {
    const KeyId = await kms.newKey();
    expect(await refusal(kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} is not a multi-region primary key.`,
    });
  });

  test("NotFoundException: a Region without a replica", async () => {
    const KeyId = await related();
    const region = "ap-south-1";
    const attempt = kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: region });
    expect(await refusal(attempt)).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(KeyId, { region })}' does not exist`,
    });
  });

  test("ValidationException: the Region that has the primary already", async () => {
    const KeyId = await related();
    const attempt = kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: "eu-west-1" });
    expect((await refusal(attempt)).code).toBe("ValidationException");
  });

  test.each([
    ["the primary", {}],
    ["the replica", there],
  ])("DisabledException: %s is disabled", async (_which, where) => {
    const KeyId = await related();
    await kms.call("DisableKey", { KeyId }, where);
    expect(await refusal(kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion }))).toEqual({
      code: "DisabledException",
      message: `${kms.arn(KeyId, where)} is disabled.`,
    });
  });

  test.each([
    ["the primary", {}, "pending replica deletion"],
    ["the replica", there, "pending deletion"],
  ])("KMSInvalidStateException: %s is to be deleted", async (_which, where, words) => {
    const KeyId = await related();
    await kms.call("ScheduleKeyDeletion", { KeyId }, where);
    expect(await refusal(kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId, where)} is ${words}.`,
    });
  });

  test("AccessDeniedException: the replica's policy does not allow it", async () => {
    const Policy = policyWith(deny("kms:UpdatePrimaryRegion"));
    const KeyId = await related({ Policy });
    const { code, message } = await refusal(
      kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion }),
    );
    expect(code).toBe("AccessDeniedException");
    expect(message).toContain(`on resource: ${kms.arn(KeyId, there)} with an explicit deny`);
    expect((await configurationIn(KeyId, "eu-west-1"))?.MultiRegionKeyType).toBe("PRIMARY");
  });

  test("AccessDeniedException: a Region that the policy's kms:PrimaryRegion denies", async () => {
    const Condition = { StringEquals: { "kms:PrimaryRegion": "us-west-2" } };
    const Policy = policyWith(deny("kms:UpdatePrimaryRegion", Condition));
    const KeyId = await related({}, { Policy });
    const attempt = kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
    await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: "us-east-1" });
  });
});
