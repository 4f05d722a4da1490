import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  accountId,
  credentialsIn,
  elsewhere,
  facts,
  openStsBench,
  policyOf,
  refusalOf,
  rootOf,
  type StsBench,
} from "../../../test/sts-bench.ts";
import type { Caller } from "../../service/caller.ts";
import type { JsonObject } from "../../service/service.ts";
import { stsService } from "./service.ts";

const mayAssume = { Action: "sts:*", Resource: "*" };
const trustAccount = { Principal: { AWS: accountId } };

const on = (operator: string, key: string, value: unknown) => ({
  ...trustAccount,
  Condition: { [operator]: { [key]: value } },
});

const limits = (at: string, demand: string) =>
  `at '${at}' failed to satisfy constraint: Member must ${demand}`;

const tagsOf = (...keys: readonly string[]) => keys.map((Key) => ({ Key, Value: "" }));

let bench: StsBench;
beforeAll(async () => {
  bench = await openStsBench();
});
beforeEach(async () => {
  await bench.reset();
  bench.nowMs = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
  for (const account of [accountId, elsewhere]) {
    const record = { accountId: account, name: account, createdAtMs: 1, rowVersion: 1 };
    await bench.store.commit([{ kind: "insert", table: "accounts", record }]);
  }
});
afterAll(async () => {
  await bench.close();
});

async function assume(caller: Caller, RoleArn: string, more: JsonObject = {}) {
  return await bench.sts("AssumeRole", { RoleArn, RoleSessionName: "one", ...more }, caller);
}

/** Whether a session comes about; of a refusal, only what was not allowed. */
async function outcome(caller: Caller, RoleArn: string, more: JsonObject = {}): Promise<string> {
  try {
    await assume(caller, RoleArn, more);
    return "assumed";
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return /^User: \S+ is not authorized to perform: (\S+) on/.exec(message)?.[1] ?? message;
  }
}

async function session(caller: Caller, RoleArn: string, more: JsonObject = {}): Promise<Caller> {
  const found = await bench.sessionOf(await assume(caller, RoleArn, more));
  if (found === undefined) throw new Error("the session is not good");
  return found;
}

describe("AssumeRole", () => {
  test("answers with credentials of a session, as AWS does", async () => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", trustAccount);
    const output = await assume(bob, RoleArn);
    expect(output).toEqual({
      AssumedRoleUser: {
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:one$/) as string,
        Arn: `arn:aws:sts::${accountId}:assumed-role/App/one`,
      },
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/) as string,
        SecretAccessKey: expect.any(Uint8Array) as Uint8Array,
        SessionToken: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) as string,
        Expiration: new Date(Date.UTC(2030, 0, 2, 4, 4, 5)),
      },
    });
    expect(await bench.sessionOf(output)).toMatchObject({
      type: "AssumedRole",
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/App/one`,
      session: { name: "one", role: { arn: RoleArn, name: "App" } },
    });
  });

  test("is on record with what was asked for, and without token or secret", async () => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", trustAccount);
    const output = await assume(bob, RoleArn, {
      Tags: [{ Key: "Team", Value: "blue" }],
      SourceIdentity: "bob",
    });
    const { AccessKeyId, SessionToken, SecretAccessKey } = credentialsIn(output);
    expect((await bench.records()).at(-1)).toMatchObject({
      eventSource: "sts.amazonaws.com",
      eventName: "AssumeRole",
      readOnly: true,
      requestParameters: {
        roleArn: RoleArn,
        roleSessionName: "one",
        sourceIdentity: "bob",
        tags: [{ key: "Team", value: "blue" }],
      },
      responseElements: {
        credentials: { accessKeyId: AccessKeyId, expiration: "Jan 2, 2030, 4:04:05 AM" },
        assumedRoleUser: { arn: `arn:aws:sts::${accountId}:assumed-role/App/one` },
        sourceIdentity: "bob",
      },
      resources: [{ accountId, type: "AWS::IAM::Role", ARN: RoleArn }],
    });
    const journal = await bench.journalText();
    expect(journal).not.toContain(SessionToken);
    expect(journal).not.toContain(Buffer.from(SecretAccessKey).toString());
  });

  test("of another account's role is on record in both accounts", async () => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", trustAccount, elsewhere);
    await assume(bob, RoleArn);
    const [own, owners] = (await bench.records()).slice(-2);
    expect(own).toMatchObject({ recipientAccountId: accountId, userIdentity: { arn: bob.arn } });
    expect(owners).toMatchObject({
      recipientAccountId: elsewhere,
      sharedEventID: own?.["sharedEventID"],
      userIdentity: { type: "AWSAccount", principalId: bob.principalId, accountId },
    });
    expect(owners?.["userIdentity"]).not.toHaveProperty("arn");
  });

  test("without its record there is no answer, and the secret is wiped", async () => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", trustAccount);
    const secrets: Uint8Array[] = [];
    const sts = stsService({
      ...bench,
      clock: () => bench.nowMs,
      secretAccessKeys: {
        ...bench.secretAccessKeys,
        async create(of) {
          const made = await bench.secretAccessKeys.create(of);
          secrets.push(made.secretAccessKey);
          return made;
        },
      },
      trail: {
        ...bench.trail,
        append: async () => await Promise.reject(new Error("the disk is full")),
      },
    });
    const input = { RoleArn, RoleSessionName: "one" };
    const call = { operation: "AssumeRole", version: "2011-06-15", input };
    await expect(sts.answer(call, { caller: bob, facts })).rejects.toThrow("the disk is full");
    expect(secrets.map((secret) => secret.every((byte) => byte === 0))).toEqual([true]);
  });
});

describe("who may assume a role", () => {
  const bobArn = `arn:aws:iam::${accountId}:user/bob`;
  const other = elsewhere;
  const denied = "sts:AssumeRole";
  type Case = readonly [string, object, object | undefined, string, string];

  // What it is about, the trust policy, the user's own policy, the role's account, what comes of it.
  test.each<Case>([
    ["the account is trusted, the user may", trustAccount, mayAssume, accountId, "assumed"],
    ["the account is trusted, the user may not", trustAccount, undefined, accountId, denied],
    [
      "the user is trusted in person",
      { Principal: { AWS: bobArn } },
      undefined,
      accountId,
      "assumed",
    ],
    ["everybody is trusted, at home", { Principal: "*" }, undefined, accountId, "assumed"],
    ["everybody is trusted, from elsewhere", { Principal: "*" }, undefined, other, denied],
    ["everybody is trusted, and the user may", { Principal: "*" }, mayAssume, other, "assumed"],
    [
      "elsewhere the user is trusted, and may",
      { Principal: { AWS: bobArn } },
      mayAssume,
      other,
      "assumed",
    ],
    [
      "elsewhere the user is trusted, and may not",
      { Principal: { AWS: bobArn } },
      undefined,
      other,
      denied,
    ],
    ["elsewhere the account is trusted", trustAccount, mayAssume, other, "assumed"],
    [
      "nobody but another account is trusted",
      { Principal: { AWS: other } },
      mayAssume,
      accountId,
      denied,
    ],
    [
      "only a service is trusted",
      { Principal: { Service: "ec2.amazonaws.com" } },
      mayAssume,
      accountId,
      denied,
    ],
    [
      "the user may assume other roles alone",
      trustAccount,
      { Action: "sts:AssumeRole", Resource: `arn:aws:iam::${accountId}:role/other` },
      accountId,
      denied,
    ],
    [
      "the user is denied it",
      { Principal: { AWS: bobArn } },
      { Effect: "Deny", Action: "sts:AssumeRole", Resource: "*" },
      accountId,
      denied,
    ],
    [
      "the trust policy denies it",
      { Effect: "Deny", ...trustAccount },
      mayAssume,
      accountId,
      denied,
    ],
    [
      "only tagging is allowed",
      { ...trustAccount, Action: "sts:TagSession" },
      mayAssume,
      accountId,
      denied,
    ],
  ])("%s", async (_, trust, own, account, expected) => {
    const bob = await bench.user("bob", own);
    const RoleArn = await bench.role("App", trust, account);
    expect(await outcome(bob, RoleArn)).toBe(expected);
  });

  test("one who takes the name of the user that is trusted is not that user", async () => {
    await bench.user("bob");
    const RoleArn = await bench.role("App", { Principal: { AWS: bobArn } });
    await bench.iam("DeleteUser", { UserName: "bob" });
    const namesake = await bench.user("bob");
    expect(namesake.arn).toBe(bobArn);
    expect(await outcome(namesake, RoleArn)).toBe(denied);
  });

  test("a user keeps the trust under another name", async () => {
    const bob = await bench.user("bob");
    const RoleArn = await bench.role("App", { Principal: { AWS: bobArn } });
    await bench.iam("UpdateUser", { UserName: "bob", NewUserName: "rob" });
    const rob = { ...bob, arn: `arn:aws:iam::${accountId}:user/rob`, userName: "rob" };
    expect(await outcome(rob, RoleArn)).toBe("assumed");
  });

  test("a role, by its ARN or by one session's, and not one that is made under its name", async () => {
    const bob = await bench.user("bob", mayAssume);
    const first = await bench.role("First", trustAccount);
    const byRole = await bench.role("ByRole", { Principal: { AWS: first } });
    const sessionArn = `arn:aws:sts::${accountId}:assumed-role/First/one`;
    const bySession = await bench.role("BySession", { Principal: { AWS: sessionArn } });
    const one = await session(bob, first);
    const two = await session(bob, first, { RoleSessionName: "two" });
    expect(await outcome(one, byRole)).toBe("assumed");
    expect(await outcome(one, bySession)).toBe("assumed");
    expect(await outcome(two, byRole)).toBe("assumed");
    expect(await outcome(two, bySession)).toBe(denied);

    await bench.iam("DeleteRole", { RoleName: "First" });
    const again = await session(bob, await bench.role("First", trustAccount));
    expect(await outcome(again, byRole)).toBe(denied);
    expect(await outcome(again, bySession)).toBe(denied);
  });

  test("a session no further than the policy it was made with", async () => {
    const bob = await bench.user("bob", mayAssume);
    const first = await bench.role("First", trustAccount);
    const next = await bench.role("Next", { Principal: { AWS: first } });
    const limited = async (Action: string) =>
      await session(bob, first, { Policy: policyOf({ Action, Resource: "*" }) });
    expect(await outcome(await limited("kms:*"), next)).toBe(denied);
    expect(await outcome(await limited("sts:AssumeRole"), next)).toBe("assumed");
  });

  test("the root of an account never", async () => {
    const RoleArn = await bench.role("App", { Principal: "*" });
    expect(await refusalOf(assume(rootOf(accountId), RoleArn))).toBe(
      "403 AccessDenied: Roles may not be assumed by root accounts.",
    );
  });

  test("learns nothing of whether there is the role", async () => {
    const bob = await bench.user("bob", mayAssume);
    const there = await bench.role("App", { Principal: { AWS: elsewhere } });
    const message = (arn: string) =>
      `403 AccessDenied: User: ${bob.arn} is not authorized to perform: sts:AssumeRole on ` +
      `resource: ${arn}`;
    for (const arn of [there, `arn:aws:iam::${accountId}:role/None`, `${there}2`]) {
      expect(await refusalOf(assume(bob, arn))).toBe(message(arn));
    }
    const spelt = `arn:aws:iam::${accountId}:role/aPP`;
    const withPath = `arn:aws:iam::${accountId}:role/path/App`;
    await bench.iam("UpdateAssumeRolePolicy", {
      RoleName: "App",
      PolicyDocument: policyOf({ ...trustAccount, Action: "sts:AssumeRole" }),
    });
    expect(await outcome(bob, there)).toBe("assumed");
    for (const arn of [spelt, withPath])
      expect(await refusalOf(assume(bob, arn))).toBe(message(arn));
  });
});

describe("the conditions of a trust policy", () => {
  const tags = { Tags: [{ Key: "Team", Value: "blue" }] };

  test.each<readonly [string, object, JsonObject, string]>([
    ["an external id", on("StringEquals", "sts:ExternalId", "x1"), { ExternalId: "x1" }, "assumed"],
    [
      "another external id",
      on("StringEquals", "sts:ExternalId", "x1"),
      { ExternalId: "x2" },
      "sts:AssumeRole",
    ],
    ["no external id", on("StringEquals", "sts:ExternalId", "x1"), {}, "sts:AssumeRole"],
    ["a session name", on("StringLike", "sts:RoleSessionName", "on*"), {}, "assumed"],
    [
      "another session name",
      on("StringEquals", "sts:RoleSessionName", "two"),
      {},
      "sts:AssumeRole",
    ],
    [
      "a source identity",
      on("StringEquals", "sts:SourceIdentity", "bob"),
      { SourceIdentity: "bob" },
      "assumed",
    ],
    ["a tag of the request", on("StringEquals", "aws:RequestTag/team", "blue"), tags, "assumed"],
    [
      "another tag of the request",
      on("StringEquals", "aws:RequestTag/team", "red"),
      tags,
      "sts:AssumeRole",
    ],
    ["the tag keys", on("ForAllValues:StringEquals", "aws:TagKeys", ["Team"]), tags, "assumed"],
    [
      "the transitive tag keys",
      on("ForAnyValue:StringEquals", "sts:TransitiveTagKeys", "Team"),
      { ...tags, TransitiveTagKeys: ["Team"] },
      "assumed",
    ],
    [
      "the caller",
      on("ArnEquals", "aws:PrincipalArn", `arn:aws:iam::${accountId}:user/bob`),
      {},
      "assumed",
    ],
    [
      "MFA, which nobody has",
      on("Bool", "aws:MultiFactorAuthPresent", "true"),
      {},
      "sts:AssumeRole",
    ],
  ])("may ask for %s", async (_, trust, more, expected) => {
    const bob = await bench.user("bob", mayAssume);
    expect(await outcome(bob, await bench.role("App", trust), more)).toBe(expected);
  });

  test("tags and a source identity are to be allowed each by itself", async () => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", { ...trustAccount, Action: "sts:AssumeRole" });
    expect(await outcome(bob, RoleArn)).toBe("assumed");
    expect(await outcome(bob, RoleArn, tags)).toBe("sts:TagSession");
    expect(await outcome(bob, RoleArn, { SourceIdentity: "bob" })).toBe("sts:SetSourceIdentity");
  });
});

describe("a session made from a session", () => {
  const given = {
    Tags: [
      { Key: "Team", Value: "blue" },
      { Key: "Cost", Value: "1" },
    ],
    TransitiveTagKeys: ["Team"],
    SourceIdentity: "bob",
  };
  let one: Caller;
  let next = "";
  beforeEach(async () => {
    const bob = await bench.user("bob", mayAssume);
    const first = await bench.role("First", trustAccount);
    next = await bench.role("Next", { Principal: { AWS: first } });
    one = await session(bob, first, given);
  });

  test("inherits the transitive tags and the source identity", async () => {
    const two = await session(one, next, { Tags: [{ Key: "Own", Value: "2" }] });
    expect(two.session).toMatchObject({
      sourceIdentity: "bob",
      principalTags: new Map([
        ["team", "blue"],
        ["own", "2"],
      ]),
      transitiveTags: [{ TagKey: "Team", TagValue: "blue" }],
    });
    expect((await bench.records()).at(-1)).toMatchObject({
      requestParameters: { incomingTransitiveTags: { Team: "blue" } },
      userIdentity: {
        type: "AssumedRole",
        sessionContext: { sourceIdentity: "bob", sessionIssuer: { userName: "First" } },
      },
    });
  });

  test("takes TagSession and SetSourceIdentity also for what is inherited", async () => {
    const PolicyDocument = policyOf({ ...trustAccount, Action: "sts:AssumeRole" });
    await bench.iam("UpdateAssumeRolePolicy", { RoleName: "Next", PolicyDocument });
    await bench.iam("PutRolePolicy", {
      RoleName: "First",
      PolicyName: "p",
      PolicyDocument: policyOf(mayAssume),
    });
    const caller = { ...one, identityPolicies: [policyOf(mayAssume)] };
    expect(await outcome(caller, next)).toBe("sts:TagSession");
  });

  test.each<readonly [string, JsonObject, string]>([
    [
      "more than an hour",
      { DurationSeconds: "3601" },
      "400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for " +
        "roles assumed by role chaining.",
    ],
    [
      "a tag that is inherited",
      { Tags: [{ Key: "TEAM", Value: "red" }] },
      "400 InvalidParameterValue: One of the specified transitive tag keys can't be set because " +
        "it conflicts with a transitive tag key from the calling session.",
    ],
    [
      "another source identity",
      { SourceIdentity: "eve" },
      "403 AccessDenied: User: ARN is not authorized to perform: sts:SetSourceIdentity on " +
        "resource: NEXT",
    ],
  ])("is refused %s", async (_, more, message) => {
    const expected = message.replace("ARN", one.arn).replace("NEXT", next);
    expect(await refusalOf(assume(one, next, more))).toBe(expected);
  });
});

describe("refused is", () => {
  const one = "400 ValidationError: 1 validation error detected: ";

  test.each<readonly [string, JsonObject, string]>([
    [
      "an ARN that is too short",
      { RoleArn: "arn" },
      `${one}Value 'arn' ${limits("roleArn", "have length greater than or equal to 20")}`,
    ],
    [
      "what is no ARN",
      { RoleArn: "this is no ARN at all" },
      "400 ValidationError: this is no ARN at all is invalid",
    ],
    [
      "a user's ARN",
      { RoleArn: `arn:aws:iam::${accountId}:user/bob` },
      `400 ValidationError: arn:aws:iam::${accountId}:user/bob is invalid`,
    ],
    [
      "an ARN without an account",
      { RoleArn: "arn:aws:iam::aws:role/something" },
      "400 ValidationError: arn:aws:iam::aws:role/something is invalid",
    ],
    [
      "a session name with other characters",
      { RoleSessionName: "a b" },
      `${one}Value 'a b' ${limits("roleSessionName", "satisfy regular expression pattern: [\\w+=,.@-]*")}`,
    ],
    [
      "a session name of one character",
      { RoleSessionName: "a" },
      `${one}Value 'a' ${limits("roleSessionName", "have length greater than or equal to 2")}`,
    ],
    [
      "too short a session",
      { DurationSeconds: "899" },
      `${one}Value '899' ${limits("durationSeconds", "have value greater than or equal to 900")}`,
    ],
    [
      "too long a session",
      { DurationSeconds: "43201" },
      `${one}Value '43201' ${limits("durationSeconds", "have value less than or equal to 43200")}`,
    ],
    [
      "a longer session than the role's",
      { DurationSeconds: "3601" },
      "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
    [
      "a session policy that is none",
      { Policy: "{}" },
      "400 MalformedPolicyDocument: Syntax errors in policy.",
    ],
    [
      "a session policy of more characters",
      { Policy: `{${" ".repeat(2_048)}` },
      `${one}Value '{${" ".repeat(2_048)}' ${limits("policy", "have length less than or equal to 2048")}`,
    ],
    [
      "managed session policies",
      { PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] },
      "400 ValidationError: Keyhaven does not support PolicyArns yet.",
    ],
    [
      "an MFA code",
      { SerialNumber: `arn:aws:iam::${accountId}:mfa/bob`, TokenCode: "123456" },
      "403 AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please " +
        "verify your MFA serial number is valid and associated with this user.",
    ],
    [
      "a tag twice",
      { Tags: tagsOf("a", "A") },
      "400 InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    [
      "a transitive tag that is none",
      { Tags: tagsOf("a"), TransitiveTagKeys: ["b"] },
      "400 InvalidParameterValue: The specified transitive tag key must be included in the requested tags.",
    ],
    [
      "more than a token can hold",
      { Tags: Array.from({ length: 50 }, (_, at) => ({ Key: `k${at}`, Value: "v".repeat(60) })) },
      "400 PackedPolicyTooLarge: Packed policy consumes 149% of allotted space, please use smaller policy.",
    ],
    [
      "an external id of other characters",
      { ExternalId: "a b" },
      `${one}Value 'a b' ${limits("externalId", "satisfy regular expression pattern: [\\w+=,.@:\\/-]*")}`,
    ],
  ])("%s", async (_, more, message) => {
    const bob = await bench.user("bob", mayAssume);
    const RoleArn = await bench.role("App", trustAccount);
    expect(await refusalOf(assume(bob, RoleArn, more))).toBe(message);
    const { errorCode, errorMessage } = (await bench.records()).at(-1) ?? {};
    expect({ errorCode, errorMessage }).toMatchObject({
      errorCode: message.split(" ")[1]?.slice(0, -1),
    });
  });

  test("what says neither role nor session", async () => {
    const bob = await bench.user("bob", mayAssume);
    expect(await refusalOf(bench.sts("AssumeRole", {}, bob))).toContain(
      "2 validation errors detected: Value null at 'roleArn'",
    );
  });

  test("and of what was asked for without being allowed to, nothing is kept", async () => {
    const bob = await bench.user("bob", mayAssume);
    await refusalOf(assume(bob, `arn:aws:iam::${accountId}:role/none`));
    expect((await bench.records()).at(-1)).toMatchObject({
      errorCode: "AccessDenied",
      requestParameters: null,
    });
  });
});

test("the size of policy and tags is told in percent, where there are any", async () => {
  const bob = await bench.user("bob", mayAssume);
  const RoleArn = await bench.role("App", trustAccount);
  const output = await assume(bob, RoleArn, { Tags: [{ Key: "a", Value: "b" }] });
  expect(output["PackedPolicySize"]).toBe(3);
  const Policy = policyOf({ Action: ["kms:Encrypt"], Resource: "*" });
  expect((await assume(bob, RoleArn, { Policy }))["PackedPolicySize"]).toBe(6);
});

function allowing(Action: string): string {
  return JSON.stringify({ Statement: { Effect: "Allow", Action, Resource: "*" } });
}

test("a permissions boundary limits which roles a user may assume", async () => {
  const bob = await bench.user("bob", mayAssume);
  const RoleArn = await bench.role("App", trustAccount);
  const within = { ...bob, permissionsBoundary: allowing("sts:*") };
  const outside = { ...bob, permissionsBoundary: allowing("kms:*") };
  const input = { RoleArn, RoleSessionName: "one" };
  await expect(bench.sts("AssumeRole", input, within)).resolves.toBeDefined();
  await expect(bench.sts("AssumeRole", input, outside)).rejects.toThrow("is not authorized");
});
