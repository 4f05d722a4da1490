import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { OperationName } from "./contract.ts";

const accountId = "111122223333";
const arn = `arn:aws:sts::${accountId}:assumed-role/App/one`;
const issuedAtMs = Date.UTC(2026, 2, 1, 9);

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: "Deny" });

/** A session of a role with one policy, itself limited by another where one is given. */
function session(own: object, limit?: object): Caller {
  return {
    type: "AssumedRole",
    accountId,
    arn,
    principalId: "AROACKCEVSQ6C2EXAMPLE:one",
    accessKeyId: "ASIAIOSFODNN7EXAMPLE",
    identityPolicies: [policy(own)],
    session: {
      role: {
        id: "AROACKCEVSQ6C2EXAMPLE",
        arn: `arn:aws:iam::${accountId}:role/team/App`,
        name: "App",
      },
      name: "one",
      issuedAtMs,
      ...(limit === undefined ? {} : { policy: policy(limit) }),
      principalTags: new Map([["team", "blue"]]),
      transitiveTags: [],
      sourceIdentity: "bob",
    },
  };
}

async function outcome(name: OperationName, input: object, caller: Caller): Promise<string> {
  const sent = kms.send(name, input as never, { caller });
  return await sent.then(
    () => "allowed",
    async () => (await refusal(sent)).message ?? "",
  );
}

const before = (time: string) =>
  deny("*", { Condition: { DateLessThan: { "aws:TokenIssueTime": time } } });

const both = (time: string): Caller => ({
  ...session(allow("kms:*")),
  identityPolicies: [policy(allow("kms:*")), policy(before(time))],
});

const random = async (caller: Caller) =>
  await outcome("GenerateRandom", { NumberOfBytes: 8 }, caller);

const encrypt = async (caller: Caller, key = KeyId) =>
  await outcome("Encrypt", { KeyId: key, Plaintext: Buffer.from("secret") }, caller);

const not = (why: string, action = "Encrypt", resource = kms.arn(KeyId)) =>
  `User: ${arn} is not authorized to perform: kms:${action} on resource: ${resource} ${why}`;

describe("a session of a role", () => {
  test("may what the role may", async () => {
    expect(await encrypt(session(allow("kms:Encrypt")))).toBe("allowed");
    expect(await encrypt(session(allow("kms:Decrypt")))).toBe(
      not("because no identity-based policy allows the kms:Encrypt action"),
    );
    expect(await encrypt(session(deny("kms:*")))).toBe(
      not("with an explicit deny in an identity-based policy"),
    );
  });

  test("may no more than the policy it was made with", async () => {
    expect(await encrypt(session(allow("kms:*"), allow("kms:Encrypt")))).toBe("allowed");
    expect(await encrypt(session(allow("kms:*"), allow("kms:Decrypt")))).toBe(
      not("because no session policy allows the kms:Encrypt action"),
    );
    expect(await encrypt(session(allow("kms:*"), deny("kms:Encrypt")))).toBe(
      not("with an explicit deny in a session policy"),
    );
    expect(await encrypt(session(allow("kms:Decrypt"), allow("kms:*")))).toContain(
      "no identity-based policy allows",
    );
  });

  test("may no more than that where no key is concerned", async () => {
    expect(await random(session(allow("kms:*"), allow("kms:GenerateRandom")))).toBe("allowed");
    expect(await random(session(allow("kms:*"), allow("kms:Encrypt")))).toBe(
      not("because no session policy allows the kms:GenerateRandom action", "GenerateRandom", "*"),
    );
  });

  test("may what a key policy allows everybody, whatever its own policies leave out", async () => {
    const Policy = JSON.stringify({
      Statement: [
        { ...allow("kms:PutKeyPolicy"), Principal: { AWS: accountId } },
        { ...allow("kms:Encrypt"), Principal: "*" },
      ],
    });
    const { KeyMetadata } = await kms.call("CreateKey", { Policy });
    const key = KeyMetadata?.KeyId ?? "";
    expect(await encrypt(session(allow("s3:*"), allow("s3:*")), key)).toBe("allowed");
    expect(await encrypt(session(allow("kms:*"), deny("kms:*")), key)).toContain(
      "with an explicit deny in a session policy",
    );
  });

  test("of another account is told nothing", async () => {
    const stranger = { ...session(allow("kms:*")), accountId: "444455556666" };
    expect(await encrypt(stranger, kms.arn(KeyId))).toContain(
      "because the resource does not exist in this Region",
    );
  });
});

describe("the policies of a session may ask for", () => {
  test.each([
    ["the role's ARN", "ArnEquals", "aws:PrincipalArn", `arn:aws:iam::${accountId}:role/team/App`],
    ["the type", "StringEquals", "aws:PrincipalType", "AssumedRole"],
    ["the user id", "StringEquals", "aws:userid", "AROACKCEVSQ6C2EXAMPLE:one"],
    ["no user name", "Null", "aws:username", "true"],
    ["a tag", "StringEquals", "aws:PrincipalTag/Team", "blue"],
    ["no other tag", "Null", "aws:PrincipalTag/Cost", "true"],
    ["when it was made", "DateGreaterThan", "aws:TokenIssueTime", "2026-03-01T08:59:59Z"],
    ["MFA, without which it was made", "Bool", "aws:MultiFactorAuthPresent", "false"],
    ["its source identity", "StringEquals", "aws:SourceIdentity", "bob"],
    ["its name", "StringEquals", "sts:RoleSessionName", "one"],
  ])("%s", async (_, operator, key, value) => {
    const Condition = { [operator]: { [key]: value } };
    expect(await encrypt(session(allow("kms:Encrypt", { Condition })))).toBe("allowed");
  });

  test("the session's ARN in vain: a principal is its role", async () => {
    const Condition = { ArnEquals: { "aws:PrincipalArn": arn } };
    expect(await encrypt(session(allow("kms:Encrypt", { Condition })))).toContain("no identity");
  });

  test("when it was made, so that older ones are out (AWSRevokeOlderSessions)", async () => {
    expect(await encrypt(both("2026-03-01T09:00:01Z"))).toContain("with an explicit deny");
    expect(await encrypt(both("2026-03-01T09:00:00Z"))).toBe("allowed");
  });
});
