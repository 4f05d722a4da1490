import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";

const unknownId = "00000000-0000-4000-8000-000000000000";
const place = "eu-west-1:111122223333";
const plaintext = Buffer.from("x");
const policy = JSON.stringify({
  Statement: { Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" },
});

interface Row {
  readonly name: OperationName;
  /** How AWS calls it in messages, where that is not the name. */
  readonly action?: string;
  readonly input: (reference: string) => JsonObject;
}

const crypto: readonly Row[] = [
  row("Encrypt", (KeyId) => ({ KeyId, Plaintext: plaintext })),
  row("Decrypt", (KeyId) => ({ KeyId, CiphertextBlob: plaintext })),
  row("GenerateDataKey", (KeyId) => ({ KeyId, KeySpec: "AES_256" })),
  row("GenerateDataKeyWithoutPlaintext", (KeyId) => ({ KeyId, KeySpec: "AES_256" })),
  {
    ...row("ReEncrypt", (SourceKeyId) => ({
      SourceKeyId,
      CiphertextBlob: plaintext,
      DestinationKeyId: unknownId,
    })),
    action: "ReEncryptFrom",
  },
  row("DescribeKey", (KeyId) => ({ KeyId })),
];

const management: readonly Row[] = [
  ...(
    [
      "CancelKeyDeletion",
      "DisableKey",
      "DisableKeyRotation",
      "EnableKey",
      "EnableKeyRotation",
      "GetKeyLastUsage",
      "GetKeyPolicy",
      "GetKeyRotationStatus",
      "ListKeyPolicies",
      "ListKeyRotations",
      "ListResourceTags",
      "RotateKeyOnDemand",
      "ScheduleKeyDeletion",
      "ListAliases",
    ] as const
  ).map((name) => row(name, (KeyId) => ({ KeyId }))),
  row("PutKeyPolicy", (KeyId) => ({ KeyId, Policy: policy })),
  row("TagResource", (KeyId) => ({ KeyId, Tags: [] })),
  row("UntagResource", (KeyId) => ({ KeyId, TagKeys: [] })),
  row("UpdateKeyDescription", (KeyId) => ({ KeyId, Description: "" })),
];

const createAlias = row("CreateAlias", (TargetKeyId) => ({ AliasName: "alias/x", TargetKeyId }));
const every: readonly Row[] = [...crypto, ...management, createAlias];

function row(name: OperationName, input: Row["input"]): Row {
  return { name, input };
}

describe("a key is found by what names it", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/known", TargetKeyId: KeyId });
  });
  afterAll(async () => await kms.close());

  /** The key on record. Whether the call then succeeds is another matter. */
  async function keyFoundBy({ name, input }: Row, reference: string): Promise<unknown> {
    // ReEncrypt has two keys to find; the others do not look at this member.
    const sent = { ...input(reference), DestinationKeyId: reference };
    await kms.send(name, sent).catch(() => undefined);
    const [resource] = kms.lastRecord()["resources"] as readonly { readonly ARN: string }[];
    await kms.call("EnableKey", { KeyId });
    return resource?.ARN;
  }

  const onRecord = every.filter(
    ({ name }) => name !== "ScheduleKeyDeletion" && name !== "ListAliases",
  );
  test.each(onRecord)("$name: by key id and by key ARN", async (operation) => {
    expect(await keyFoundBy(operation, KeyId)).toBe(kms.arn(KeyId));
    expect(await keyFoundBy(operation, kms.arn(KeyId))).toBe(kms.arn(KeyId));
  });

  test.each(crypto)("$name: by alias name and by alias ARN", async (operation) => {
    expect(await keyFoundBy(operation, "alias/known")).toBe(kms.arn(KeyId));
    const arn = `arn:aws:kms:${place}:alias/known`;
    expect(await keyFoundBy(operation, arn)).toBe(kms.arn(KeyId));
  });
});

describe.each(every)("$name", (operation) => {
  const { name, input, action = name } = operation;
  let kms: KmsBench;
  beforeAll(() => {
    kms = shared;
  });

  const ask = (reference: string) => refusal(kms.send(name, input(reference)));

  test.each([
    "fake-key-id",
    "mrk-fake-key-id",
    unknownId.replaceAll("-", ""),
    unknownId.toUpperCase().replace("8", "A"),
    ` ${unknownId}`,
    "key/1",
    "__proto__",
  ])("NotFoundException for the malformed key id %j", async (reference) => {
    expect(await ask(reference)).toEqual({
      code: "NotFoundException",
      message: `Invalid keyId '${reference}'`,
    });
  });

  test("NotFoundException for a key that does not exist, by id and by ARN", async () => {
    const arn = `arn:aws:kms:${place}:key/${unknownId}`;
    const notFound = { code: "NotFoundException", message: `Key '${arn}' does not exist` };
    expect(await ask(unknownId)).toEqual(notFound);
    expect(await ask(arn)).toEqual(notFound);
    const multiRegion = "mrk-00000000000000000000000000000000";
    expect(await ask(multiRegion)).toEqual({
      code: "NotFoundException",
      message: `Key 'arn:aws:kms:${place}:key/${multiRegion}' does not exist`,
    });
  });

  test("NotFoundException for the ARN of another Region", async () => {
    expect(await ask(`arn:aws:kms:us-east-1:111122223333:key/${unknownId}`)).toEqual({
      code: "NotFoundException",
      message: "Invalid arn us-east-1",
    });
  });

  test.each([
    "arn:aws:s3:::bucket",
    "arn:aws:kms",
    `arn:aws:kms:${place}:grant/1`,
    `arn:aws:kms:${place}:key/nothing`,
    `arn:aws-cn:kms:${place}:key/${unknownId}`,
    `arn:aws:kms:eu-west-1::key/${unknownId}`,
  ])("InvalidArnException for %s", async (reference) => {
    expect(await ask(reference)).toEqual({
      code: "InvalidArnException",
      message: `Invalid arn ${reference}`,
    });
  });

  test("AccessDeniedException for the ARN of another account, whether the key exists or not", async () => {
    const denied = {
      code: "AccessDeniedException",
      message:
        `User: arn:aws:iam::111122223333:root is not authorized to perform: kms:${action} on ` +
        "this resource because the resource does not exist in this Region, no resource-based " +
        "policies allow access, or a resource-based policy explicitly denies access",
    };
    const foreign = { accountId: "444455556666" };
    // Only ReEncrypt looks at this member: its other key is the caller's own.
    const askBeside = (reference: string) =>
      refusal(kms.send(name, { ...input(reference), DestinationKeyId: own }));
    for (const key of [theirs, unknownId]) {
      expect(await askBeside(kms.arn(key, foreign))).toEqual(denied);
    }
    expect(await askBeside(`arn:aws:kms:us-east-1:444455556666:key/${theirs}`)).toEqual(denied);
    expect(kms.lastRecord()).toMatchObject({ errorCode: "AccessDenied", requestParameters: null });
  });

  test("NotFoundException for the bare key id of another account", async () => {
    expect(await ask(theirs)).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(theirs)}' does not exist`,
    });
  });

  test("ValidationException for an empty key id and for one of 2,049 characters", async () => {
    const member = Object.entries(input("")).find(([, value]) => value === "")?.[0] ?? "";
    const path = member.charAt(0).toLowerCase() + member.slice(1);
    const head = "1 validation error detected: Value";
    const failed = `at '${path}' failed to satisfy constraint: Member must have length`;
    expect(await ask("")).toEqual({
      code: "ValidationException",
      message: `${head} '' ${failed} greater than or equal to 1`,
    });
    const long = "x".repeat(2049);
    expect(await ask(long)).toEqual({
      code: "ValidationException",
      message: `${head} '${long}' ${failed} less than or equal to 2048`,
    });
  });
});

/** One house for all who only ask. */
let shared: KmsBench;
let theirs: string;
let own: string;
beforeAll(async () => {
  shared = await kmsBench();
  theirs = await shared.newKey({}, { accountId: "444455556666" });
  own = await shared.newKey();
  await shared.call("CreateAlias", { AliasName: "alias/own", TargetKeyId: own });
});
afterAll(async () => await shared.close());

const ask = ({ name, input }: Row, reference: string) =>
  refusal(shared.send(name, input(reference)));

describe("aliases, where a key is wanted", () => {
  test.each(crypto)("$name: NotFoundException for one that does not exist", async (operation) => {
    const arn = `arn:aws:kms:${place}:alias/none`;
    const notFound = { code: "NotFoundException", message: `Alias ${arn} is not found.` };
    expect(await ask(operation, "alias/none")).toEqual(notFound);
    expect(await ask(operation, arn)).toEqual(notFound);
    expect(await ask(operation, "alias/")).toMatchObject({ code: "NotFoundException" });
  });

  test.each(management)("$name: NotFoundException for any, it takes none", async (operation) => {
    for (const reference of ["alias/own", `arn:aws:kms:${place}:alias/own`]) {
      expect(await ask(operation, reference)).toEqual({
        code: "NotFoundException",
        message: `Invalid keyId '${reference}'`,
      });
    }
  });
});

describe("AWS managed keys", () => {
  test("exist once someone asks for them by alias, the same key for everyone who asks", async () => {
    const asked = ["alias/aws/s3", `arn:aws:kms:${place}:alias/aws/s3`, "alias/aws/s3"];
    const found = await Promise.all(
      asked.map(async (KeyId) => await shared.call("DescribeKey", { KeyId })),
    );
    const ids = new Set(found.map(({ KeyMetadata }) => KeyMetadata?.KeyId));
    expect(ids.size).toBe(1);
    expect(found[0]?.KeyMetadata).toMatchObject({
      KeyManager: "AWS",
      KeyState: "Enabled",
      Origin: "AWS_KMS",
      MultiRegion: false,
      Description: "Default key that protects my S3 objects when no other key is defined",
    });
    const created = shared.records.filter(
      ({ eventName, eventType }) => eventName === "CreateKey" && eventType === "AwsServiceEvent",
    );
    expect(created).toHaveLength(1);
  });

  test("are another account's own key there", async () => {
    const here = await shared.call("DescribeKey", { KeyId: "alias/aws/ebs" });
    const there = await shared.call(
      "DescribeKey",
      { KeyId: "alias/aws/ebs" },
      { accountId: "444455556666" },
    );
    expect(there.KeyMetadata?.KeyId).not.toBe(here.KeyMetadata?.KeyId);
  });

  test("are not made by any other operation, nor for an unknown service", async () => {
    const attempts = [
      shared.send("Encrypt", { KeyId: "alias/aws/sqs", Plaintext: plaintext }),
      shared.send("DescribeKey", { KeyId: "alias/aws/nothing" }),
      shared.send("DescribeKey", { KeyId: "alias/aws/constructor" }),
    ];
    for (const attempt of attempts) {
      expect(await refusal(attempt)).toMatchObject({ code: "NotFoundException" });
    }
    const { Aliases } = await shared.call("ListAliases", {});
    expect(Aliases?.map(({ AliasName }) => AliasName)).not.toContain("alias/aws/sqs");
  });
});
