import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import { aGrant } from "../../../../test/store-bench.ts";
import type { JsonObject } from "../../../service/service.ts";
import type { Change } from "../../../store/store.ts";
import type { Input } from "../../contract.ts";

const GranteePrincipal = "arn:aws:iam::444455556666:root";
const grantee = { accountId: "444455556666" };
const Operations: Input<"CreateGrant">["Operations"] = ["Encrypt", "Decrypt"];

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

const create = async (input: Partial<Input<"CreateGrant">> = {}) =>
  await kms.call("CreateGrant", { KeyId, GranteePrincipal, Operations, ...input });
const refused = async (input: JsonObject) =>
  await refusal(kms.send("CreateGrant", { KeyId, GranteePrincipal, Operations, ...input }));
const listed = async (GrantId: string | undefined) => {
  const { Grants } = await kms.call("ListGrants", { KeyId, GrantId });
  return Grants;
};

describe("CreateGrant", () => {
  test("answers with an id and a token, and ListGrants shows the grant as it was asked for", async () => {
    const Constraints = { EncryptionContextSubset: { Team: "blue" } };
    const Name = "a/name:of_9-characters";
    const RetiringPrincipal = "arn:aws:iam::111122223333:root";
    const { GrantId, GrantToken } = await create({ Constraints, Name, RetiringPrincipal });
    expect(GrantId).toMatch(/^[0-9a-f]{64}$/);
    expect(GrantToken).toMatch(/^[A-Za-z0-9_-]{50,1000}$/);
    expect(await listed(GrantId)).toEqual([
      {
        KeyId: kms.arn(KeyId),
        GrantId,
        Name,
        CreationDate: new Date(kms.nowMs),
        GranteePrincipal,
        RetiringPrincipal,
        IssuingAccount: "arn:aws:iam::111122223333:root",
        Operations,
        Constraints,
      },
    ]);
  });

  test("takes the key by its ARN; what was not given is not listed, but for an empty name", async () => {
    const { GrantId } = await create({ KeyId: kms.arn(KeyId), Constraints: {} });
    const [grant = {}] = (await listed(GrantId)) ?? [];
    expect(Object.keys(grant).toSorted()).toEqual(
      ["KeyId", "GrantId", "Name", "CreationDate", "GranteePrincipal", "IssuingAccount"]
        .concat("Operations")
        .toSorted(),
    );
    expect(grant.Name).toBe("");
  });

  test("is on record with what was asked for and the grant's id, never with its token", async () => {
    const Constraints = { EncryptionContextEquals: { Team: "blue" } };
    const { GrantId, GrantToken } = await create({ Constraints, Name: "recorded" });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: {
        keyId: KeyId,
        operations: Operations,
        granteePrincipal: GranteePrincipal,
        constraints: { encryptionContextEquals: { Team: "blue" } },
        name: "recorded",
      },
      responseElements: { grantId: GrantId, keyId: kms.arn(KeyId) },
      resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(KeyId) }],
    });
    expect(JSON.stringify(kms.records)).not.toContain(GrantToken);
  });

  test("makes another grant each time, without a name", async () => {
    const first = await create();
    const second = await create();
    expect(second.GrantId).not.toBe(first.GrantId);
  });

  test("asked again under the same name, answers with the same grant and a new token", async () => {
    const asked = { Name: "again", Constraints: { EncryptionContextSubset: { a: "1", b: "2" } } };
    const first = await create(asked);
    const second = await create({
      Name: "again",
      Operations: ["Decrypt", "Encrypt"],
      Constraints: { EncryptionContextSubset: { b: "2", a: "1" } },
    });
    expect(second.GrantId).toBe(first.GrantId);
    expect(second.GrantToken).not.toBe(first.GrantToken);
    for (const other of [
      { Name: "other" },
      { Operations: ["Encrypt" as const] },
      { Constraints: { EncryptionContextEquals: { a: "1", b: "2" } } },
      { RetiringPrincipal: GranteePrincipal },
      { GranteePrincipal: "arn:aws:iam::777788889999:root" },
    ]) {
      expect((await create({ ...asked, ...other })).GrantId).not.toBe(first.GrantId);
    }
  });

  test("makes one grant when the same is asked for under one name many times at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async () => await create({ Name: "at-once" })),
    );
    expect(new Set(made.map(({ GrantId }) => GrantId)).size).toBe(1);
  });

  test("takes the same name for two keys", async () => {
    const other = await kms.newKey();
    const first = await create({ Name: "common" });
    const second = await create({ Name: "common", KeyId: other });
    expect(second.GrantId).not.toBe(first.GrantId);
  });

  test.each(["arn:aws:iam::444455556666:root", "arn:aws:sts::444455556666:federated-user/Bob"])(
    "takes %s as grantee and as retiring principal",
    async (principal) => {
      const { GrantId } = await create({
        GranteePrincipal: principal,
        RetiringPrincipal: principal,
      });
      const [grant] = (await listed(GrantId)) ?? [];
      expect(grant).toMatchObject({ GranteePrincipal: principal, RetiringPrincipal: principal });
    },
  );

  test.each([
    "444455556666",
    "AIDAJQABLZS4A3QDU576Q",
    "arn:aws:iam::444455556666:group/Admins",
    "arn:aws:iam::4444:root",
    "arn:aws-cn:iam::444455556666:root",
    "arn:aws:iam::444455556666:user/",
    "arn:aws:iam::444455556666:user/NoSuchUser",
    "arn:aws:iam::444455556666:role/service-role/NoSuchRole",
    "arn:aws:s3:::bucket",
    "dynamodb.amazonaws.com",
    "nobody",
  ])("InvalidArnException for %s as a principal", async (principal) => {
    const invalid = {
      code: "InvalidArnException",
      message: "ARN does not refer to a valid principal",
    };
    expect(await refused({ GranteePrincipal: principal })).toEqual(invalid);
    expect(await refused({ RetiringPrincipal: principal })).toEqual(invalid);
  });

  test("InvalidArnException for a SourceArn that is none", async () => {
    expect(await refused({ Constraints: { SourceArn: "bucket" } })).toEqual({
      code: "InvalidArnException",
      message: "Invalid arn bucket",
    });
  });

  test("keeps an operation once that is named again", async () => {
    const { GrantId } = await create({ Operations: ["Encrypt", "Decrypt", "Encrypt"] });
    expect((await listed(GrantId))?.[0]?.Operations).toEqual(["Encrypt", "Decrypt"]);
  });

  test("takes a service as grantee, with a SourceArn and someone to retire the grant", async () => {
    const service = {
      GranteePrincipal: undefined,
      GranteeServicePrincipal: "dynamodb.amazonaws.com",
      RetiringServicePrincipal: "dynamodb.amazonaws.com",
      Constraints: { SourceArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/t" },
    };
    const { GrantId } = await create(service);
    const [grant = {}] = (await listed(GrantId)) ?? [];
    const { GranteePrincipal: _none, ...members } = service;
    expect(grant).toMatchObject(members);
    expect(grant).not.toHaveProperty("GranteePrincipal");
  });

  test.each<[string, JsonObject, string]>([
    [
      "no grantee",
      { GranteePrincipal: null },
      "Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null",
    ],
    [
      "two grantees",
      { GranteeServicePrincipal: "s3.amazonaws.com" },
      "Specify either GranteePrincipal or GranteeServicePrincipal, not both.",
    ],
    [
      "two retiring principals",
      { RetiringPrincipal: GranteePrincipal, RetiringServicePrincipal: "s3.amazonaws.com" },
      "Specify either RetiringPrincipal or RetiringServicePrincipal, not both.",
    ],
    [
      "a service as grantee without a SourceArn",
      {
        GranteePrincipal: null,
        GranteeServicePrincipal: "s3.amazonaws.com",
        RetiringPrincipal: GranteePrincipal,
      },
      "A SourceArn constraint is required with GranteeServicePrincipal.",
    ],
    [
      "a service as grantee without a retiring principal",
      {
        GranteePrincipal: null,
        GranteeServicePrincipal: "s3.amazonaws.com",
        Constraints: { SourceArn: "arn:aws:s3:::b" },
      },
      "RetiringPrincipal or RetiringServicePrincipal is required with GranteeServicePrincipal.",
    ],
    [
      "a service that is none",
      { RetiringServicePrincipal: "not a service" },
      "Invalid service principal: not a service",
    ],
    ["no operation", { Operations: [] }, "A grant must allow at least one operation."],
    [
      "nine pairs in a constraint",
      {
        Constraints: {
          EncryptionContextEquals: {
            a: "1",
            b: "1",
            c: "1",
            d: "1",
            e: "1",
            f: "1",
            g: "1",
            h: "1",
            i: "1",
          },
        },
      },
      "An encryption context constraint can have at most 8 pairs.",
    ],
    [
      "a value of 385 characters in a constraint",
      { Constraints: { EncryptionContextSubset: { a: "x".repeat(385) } } },
      "A value in an encryption context constraint can have at most 384 characters.",
    ],
    [
      "an empty value in a constraint",
      { Constraints: { EncryptionContextSubset: { a: "" } } },
      "Invalid EncryptionContext",
    ],
  ])("ValidationException for %s", async (_what, input, message) => {
    const { code, message: told } = await refused(input);
    expect(code).toBe("ValidationException");
    expect(told).toMatch(message);
  });

  test("ValidationException for an unknown operation, in the framework's words", async () => {
    const { code, message } = await refused({ Operations: ["Encrypt", "Foo"] });
    expect(code).toBe("ValidationException");
    expect(message).toMatch(
      /^1 validation error detected: Value '\[Encrypt, Foo\]' at 'operations' failed to satisfy constraint: Member must satisfy constraint: \[Member must satisfy enum value set: \[.*\]\]$/,
    );
  });

  test("takes a constraint of 8 pairs with values of 384 characters", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const pairs: Record<string, string> = {};
    for (const name of names) pairs[name] = "x".repeat(384);
    const { GrantId } = await create({ Constraints: { EncryptionContextEquals: pairs } });
    expect((await listed(GrantId))?.[0]?.Constraints).toEqual({ EncryptionContextEquals: pairs });
  });

  test("NotFoundException for an alias: it takes none", async () => {
    expect(await refused({ KeyId: "alias/x" })).toEqual({
      code: "NotFoundException",
      message: "Invalid keyId 'alias/x'",
    });
  });

  test("InvalidGrantTokenException for a token that is not genuine", async () => {
    expect((await refused({ GrantTokens: ["AQpAM2RhZTk1MGMy"] })).code).toBe(
      "InvalidGrantTokenException",
    );
  });

  test("DisabledException and KMSInvalidStateException for a key in the wrong state", async () => {
    const key = await kms.newKey();
    await kms.call("DisableKey", { KeyId: key });
    expect(await refused({ KeyId: key })).toEqual({
      code: "DisabledException",
      message: `${kms.arn(key)} is disabled.`,
    });
    await kms.call("ScheduleKeyDeletion", { KeyId: key });
    expect(await refused({ KeyId: key })).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(key)} is pending deletion.`,
    });
  });

  test("AccessDeniedException for an AWS managed key: grants on it are its service's", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/ebs" });
    expect((await refused({ KeyId: KeyMetadata?.KeyId ?? "" })).code).toBe("AccessDeniedException");
  });

  test("DryRunOperationException instead of a grant", async () => {
    const Name = "dry";
    expect(await refused({ Name, DryRun: true })).toEqual({
      code: "DryRunOperationException",
      message: "The request would have succeeded, but the DryRun option is set.",
    });
    const { Grants = [] } = await kms.call("ListGrants", { KeyId });
    expect(Grants.filter((grant) => grant.Name === Name)).toEqual([]);
  });

  test("LimitExceededException for the 50,001st grant of a key", async () => {
    const keyId = await kms.newKey();
    const grants = Array.from({ length: 50_000 }, (_, index): Change => {
      const grantId = index.toString(16).padStart(64, "0");
      const place = { accountId: "111122223333", region: "eu-west-1", keyId };
      const requestHash = index === 0 ? "not a hash" : null;
      return {
        kind: "insert",
        table: "grants",
        record: aGrant({ ...place, grantId, requestHash }),
      };
    });
    await kms.store.commit(grants);
    expect(await refused({ KeyId: keyId })).toEqual({
      code: "LimitExceededException",
      message: `The quota of 50000 grants for the key ${kms.arn(keyId)} has been reached.`,
    });
    const sealed = await kms.call(
      "Encrypt",
      { KeyId: kms.arn(keyId), Plaintext: Buffer.from("x") },
      grantee,
    );
    expect(sealed.KeyId).toBe(kms.arn(keyId));
  });
});
