import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { newRole } from "../../../../test/kms-roles.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { Input } from "../../contract.ts";

const rootOf = (accountId: string) => `arn:aws:iam::${accountId}:root`;
const grantee = { accountId: "444455556666" };
const retirer = { accountId: "777788889999" };
const stranger = { accountId: "000011112222" };

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  await newRole(kms, "App", retirer);
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

async function newGrant(input: Partial<Input<"CreateGrant">> = {}) {
  const { GrantId = "", GrantToken = "" } = await kms.call("CreateGrant", {
    KeyId,
    GranteePrincipal: rootOf(grantee.accountId),
    Operations: ["Encrypt"],
    ...input,
  });
  return { GrantId, GrantToken };
}

const retire = async (input: Input<"RetireGrant">, options: CallOptions = {}) =>
  await kms.call("RetireGrant", input, options);
const refused = async (input: Input<"RetireGrant">, options: CallOptions = {}) =>
  await refusal(retire(input, options));

const isThere = async (GrantId: string) =>
  ((await kms.call("ListGrants", { KeyId, GrantId })).Grants ?? []).length === 1;

const denied = ({ accountId }: { accountId: string }) => ({
  code: "AccessDeniedException",
  message:
    `User: ${rootOf(accountId)} is not authorized to perform: kms:RetireGrant on this resource ` +
    "because the resource does not exist in this Region, no resource-based policies allow " +
    "access, or a resource-based policy explicitly denies access",
});

describe("RetireGrant", () => {
  test("ends a grant by its token, and by key and grant id, with an empty body", async () => {
    const byToken = await newGrant();
    expect(await retire({ GrantToken: byToken.GrantToken })).toBeUndefined();
    expect(await isThere(byToken.GrantId)).toBe(false);
    for (const reference of [KeyId, kms.arn(KeyId)]) {
      const { GrantId } = await newGrant();
      expect(await retire({ KeyId: reference, GrantId })).toBeUndefined();
      expect(await isThere(GrantId)).toBe(false);
    }
  });

  test("is on record without parameters, but with the grant's id", async () => {
    const { GrantId } = await newGrant();
    await retire({ KeyId, GrantId });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: null,
      responseElements: { keyId: kms.arn(KeyId) },
      additionalEventData: { grantId: GrantId },
      resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(KeyId) }],
    });
  });

  test.each<[string, Partial<Input<"CreateGrant">>, CallOptions, boolean]>([
    ["the retiring principal", { RetiringPrincipal: rootOf("777788889999") }, retirer, true],
    [
      "the account of the retiring principal",
      { RetiringPrincipal: "arn:aws:iam::777788889999:role/team/App" },
      retirer,
      true,
    ],
    ["a grantee who was granted it", { Operations: ["Encrypt", "RetireGrant"] }, grantee, true],
    ["a grantee who was not", {}, grantee, false],
    ["the account that made the grant", {}, {}, true],
    ["anybody else", { RetiringPrincipal: rootOf("777788889999") }, stranger, false],
  ])("may be called by %s: %#", async (_who, input, options, allowed) => {
    const { GrantId, GrantToken } = await newGrant(input);
    const named = { KeyId: kms.arn(KeyId), GrantId };
    const attempts = [retire({ ...named, DryRun: true }, options), retire({ GrantToken }, options)];
    const codes = await Promise.all(
      attempts.map(
        async (attempt) =>
          await attempt.then(
            () => "retired",
            async () => (await refusal(attempt)).code,
          ),
      ),
    );
    expect(codes).toEqual(
      allowed
        ? ["DryRunOperationException", "retired"]
        : ["AccessDeniedException", "AccessDeniedException"],
    );
    expect(await isThere(GrantId)).toBe(!allowed);
  });

  test("constraints of the grant do not concern it", async () => {
    const { GrantToken } = await newGrant({
      Operations: ["Encrypt", "RetireGrant"],
      Constraints: { EncryptionContextEquals: { a: "1" }, SourceArn: "arn:aws:s3:::b" },
    });
    expect(await retire({ GrantToken }, grantee)).toBeUndefined();
  });

  test("works for a key in every state", async () => {
    const key = await kms.newKey();
    const { GrantToken } = await newGrant({ KeyId: key });
    await kms.call("ScheduleKeyDeletion", { KeyId: key });
    expect(await retire({ GrantToken })).toBeUndefined();
  });

  test("AccessDeniedException for the key's account, when another made the grant: it can revoke", async () => {
    const Statement = [
      {
        Effect: "Allow",
        Principal: { AWS: rootOf("111122223333") },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Effect: "Allow",
        Principal: { AWS: rootOf(retirer.accountId) },
        Action: "kms:CreateGrant",
        Resource: "*",
      },
    ];
    const key = await kms.newKey({ Policy: JSON.stringify({ Statement }) });
    const GranteePrincipal = rootOf(grantee.accountId);
    const asked = { KeyId: kms.arn(key), GranteePrincipal, Operations: ["Encrypt" as const] };
    const { GrantId } = await kms.call("CreateGrant", asked, retirer);
    expect(await refused({ KeyId: key, GrantId })).toEqual({
      code: "AccessDeniedException",
      message:
        `User: ${rootOf("111122223333")} is not authorized to perform: kms:RetireGrant on ` +
        `resource: ${kms.arn(key)} because no identity-based policy allows the kms:RetireGrant action`,
    });
    expect(await retire({ KeyId: kms.arn(key), GrantId }, retirer)).toBeUndefined();
  });

  test("takes every token of a grant, however old", async () => {
    const first = await newGrant({ Name: "twice" });
    await newGrant({ Name: "twice" });
    kms.nowMs += 400 * 86_400_000;
    expect(await retire({ GrantToken: first.GrantToken })).toBeUndefined();
    expect(await isThere(first.GrantId)).toBe(false);
  });

  test("NotFoundException for a grant that is not there, by id and by token", async () => {
    const { GrantId, GrantToken } = await newGrant();
    await kms.call("RevokeGrant", { KeyId, GrantId });
    const notFound = { code: "NotFoundException", message: `Grant ID ${GrantId} not found` };
    expect(await refused({ KeyId, GrantId })).toEqual(notFound);
    expect(await refused({ KeyId, GrantId, DryRun: true })).toEqual(notFound);
    expect(await refused({ GrantToken })).toEqual(notFound);
  });

  test("AccessDeniedException for another account's key, whether key and grant exist or not", async () => {
    const { GrantId } = await newGrant();
    const none = "0".repeat(64);
    const unknown = "00000000-0000-4000-8000-000000000000";
    for (const named of [
      { KeyId: kms.arn(KeyId), GrantId },
      { KeyId: kms.arn(KeyId), GrantId: none },
      { KeyId: kms.arn(unknown), GrantId },
    ]) {
      expect(await refused(named, stranger)).toEqual(denied(stranger));
      expect(kms.lastRecord()).not.toHaveProperty("resources");
      expect(kms.lastRecord()).not.toHaveProperty("sharedEventID");
    }
  });

  test("AccessDeniedException where the key policy denies it: it can forbid, but not allow", async () => {
    const statement = { Principal: "*", Action: "kms:RetireGrant", Resource: "*" };
    const own = { Effect: "Allow", Principal: { AWS: rootOf("111122223333") }, Action: "kms:*" };
    const policyWith = (Effect: string, Condition = {}) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { ...own, Resource: "*" },
          { ...statement, Effect, Condition },
        ],
      });
    const key = await kms.newKey({ Policy: policyWith("Allow") });
    const opened = await newGrant({ KeyId: key });
    expect(await refused({ GrantToken: opened.GrantToken }, stranger)).toEqual(denied(stranger));
    const equals = { StringEquals: { "kms:GrantConstraintType": "EncryptionContextEquals" } };
    await kms.call("PutKeyPolicy", { KeyId: key, Policy: policyWith("Deny", equals) });
    expect(await retire({ GrantToken: opened.GrantToken })).toBeUndefined();
    const Constraints = { EncryptionContextEquals: { a: "1" } };
    const closed = await newGrant({ KeyId: key, Constraints });
    expect(await refused({ GrantToken: closed.GrantToken })).toEqual({
      code: "AccessDeniedException",
      message:
        `User: ${rootOf("111122223333")} is not authorized to perform: kms:RetireGrant on ` +
        `resource: ${kms.arn(key)} with an explicit deny in a resource-based policy`,
    });
  });

  test("ValidationException unless a token, or key and grant id, are there", async () => {
    const { GrantId, GrantToken } = await newGrant();
    const invalid = {
      code: "ValidationException",
      message: "Grant token OR (grant ID, key ID) must be specified",
    };
    for (const input of [{}, { KeyId }, { GrantId }, { KeyId, GrantId, GrantToken }]) {
      expect(await refused(input)).toEqual(invalid);
    }
  });

  test("InvalidGrantIdException for what is no grant id", async () => {
    expect((await refused({ KeyId, GrantId: "x" })).code).toBe("InvalidGrantIdException");
  });

  test("InvalidGrantTokenException for a token that is not genuine, or of another Region", async () => {
    const { GrantToken } = await newGrant();
    const tampered = `${GrantToken.slice(0, -2)}AA`;
    for (const token of ["x", tampered, `${GrantToken}=`, "A".repeat(8192)]) {
      expect((await refused({ GrantToken: token })).code).toBe("InvalidGrantTokenException");
    }
    const elsewhere = await refused({ GrantToken }, { region: "us-east-1" });
    expect(elsewhere.code).toBe("InvalidGrantTokenException");
  });

  test("NotFoundException for an alias: it takes none", async () => {
    const GrantId = "0".repeat(64);
    expect((await refused({ KeyId: "alias/x", GrantId })).message).toBe("Invalid keyId 'alias/x'");
  });
});
