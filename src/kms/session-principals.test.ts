/** Sessions of roles whom key policies and grants name. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { type BenchRole, deleteRole, newRole } from "../../test/kms-roles.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { Input } from "./contract.ts";

const root = "arn:aws:iam::111122223333:root";
const account = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };
const own = (Effect: string, Action = "kms:*") => ({ Effect, Action, Resource: "*" });
const naming = (AWS: string, Action = "kms:Encrypt") => ({
  ...account,
  Principal: { AWS },
  Action,
});
const sparing = (...AWS: readonly string[]) => ({
  Effect: "Deny",
  NotPrincipal: { AWS },
  Action: "kms:Encrypt",
  Resource: "*",
});

let kms: KmsBench;
let build: BenchRole;
let foreign: BenchRole;
beforeAll(async () => {
  kms = await kmsBench();
  build = await newRole(kms, "Build");
  foreign = await newRole(kms, "Build", { accountId: "444455556666" });
});
afterAll(async () => await kms.close());

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const keyWith = async (...statements: object[]) =>
  await kms.newKey({ Policy: policyOf(account, ...statements) });

async function encrypts(KeyId: string, caller: Caller): Promise<boolean> {
  const input = { KeyId: kms.arn(KeyId), Plaintext: Buffer.from("x") };
  return await isAllowed(kms.send("Encrypt", input, { caller }));
}

async function isAllowed(attempt: Promise<unknown>): Promise<boolean> {
  const [outcome] = await Promise.allSettled([attempt]);
  if (outcome.status === "fulfilled") return true;
  expect((await refusal(attempt)).code).toBe("AccessDeniedException");
  return false;
}

async function granted(input: Partial<Input<"CreateGrant">>) {
  const KeyId = await kms.newKey();
  const { GrantId = "" } = await kms.call("CreateGrant", {
    KeyId,
    GranteePrincipal: build.arn,
    Operations: ["Encrypt", "RetireGrant"],
    ...input,
  });
  const retires = async (caller: Caller) =>
    await isAllowed(kms.call("RetireGrant", { KeyId: kms.arn(KeyId), GrantId }, { caller }));
  return { KeyId, retires };
}

describe("a key policy that names a session", () => {
  test("is enough for that session, whatever it was limited to", async () => {
    const KeyId = await keyWith(naming(build.sessionArn()));
    expect(await encrypts(KeyId, build.session())).toBe(true);
    expect(await encrypts(KeyId, build.session(undefined, own("Allow", "kms:Decrypt")))).toBe(true);
    expect(await encrypts(KeyId, build.session(undefined, own("Deny")))).toBe(false);
    expect(await encrypts(KeyId, build.session(undefined, undefined, "two"))).toBe(false);
    expect(await encrypts(KeyId, foreign.session(own("Allow")))).toBe(false);
  });

  test("spares it from a deny of all others, where its account and role are named, too", async () => {
    const whole = await keyWith(sparing(root, build.arn, build.sessionArn()));
    expect(await encrypts(whole, build.session(own("Allow")))).toBe(true);
    expect(await encrypts(whole, build.session(own("Allow"), undefined, "two"))).toBe(false);
    const part = await keyWith(sparing(root, build.sessionArn()));
    expect(await encrypts(part, build.session(own("Allow")))).toBe(false);
  });

  test("means one of the role that was there, and is shown by its id once that is gone", async () => {
    const role = await newRole(kms, "Deploy");
    const KeyId = await keyWith(naming(role.sessionArn()));
    const shown = async () => (await kms.call("GetKeyPolicy", { KeyId })).Policy;
    expect(await shown()).toBe(policyOf(account, naming(role.sessionArn())));
    await deleteRole(kms, role);
    const again = await newRole(kms, "Deploy");
    expect(again.sessionArn()).toBe(role.sessionArn());
    expect(await encrypts(KeyId, again.session())).toBe(false);
    expect(await shown()).toBe(policyOf(account, naming(`${role.id}:one`)));
  });

  test.each([
    ["of a role that does not exist", () => "arn:aws:sts::111122223333:assumed-role/Nobody/one"],
    ["of a role in another case", () => build.sessionArn().replace("Build", "build")],
    ["with the role's path", () => build.sessionArn().replace("Build", "team/Build")],
    ["in another partition", () => build.sessionArn().replace("arn:aws:", "arn:aws-cn:")],
    ["by the id that it is kept by", () => `${build.id}:one`],
  ])("MalformedPolicyDocumentException for one %s", async (_what, name) => {
    expect(await refusal(keyWith(naming(name())))).toEqual({
      code: "MalformedPolicyDocumentException",
      message: "Policy contains a statement with one or more invalid principals.",
    });
  });
});

describe("a grant", () => {
  test("to a session lets that one in, whatever it was limited to, and it can retire it", async () => {
    const GranteePrincipal = foreign.sessionArn();
    const { KeyId, retires } = await granted({ GranteePrincipal });
    const limited = foreign.session(undefined, own("Allow", "s3:*"));
    const other = foreign.session(undefined, undefined, "two");
    expect(await encrypts(KeyId, limited)).toBe(true);
    expect(await encrypts(KeyId, other)).toBe(false);
    expect(await retires(other)).toBe(false);
    expect(await retires(limited)).toBe(true);
  });

  test("to a role is retired by a session whose policy allows it, though the role's is silent", async () => {
    const silent = await granted({});
    expect(await silent.retires(build.session(undefined, own("Allow", "kms:Encrypt")))).toBe(false);
    expect(await silent.retires(build.session(undefined, own("Allow", "kms:Retire*")))).toBe(true);
  });

  test("to a session is listed by ARN, and by id once the role is gone", async () => {
    const role = await newRole(kms, "Gone");
    const GranteePrincipal = role.sessionArn();
    const { KeyId } = await granted({ GranteePrincipal });
    const listed = async () => (await kms.call("ListGrants", { KeyId })).Grants;
    expect(await listed()).toMatchObject([{ GranteePrincipal }]);
    await deleteRole(kms, role);
    expect(await listed()).toMatchObject([{ GranteePrincipal: `${role.id}:one` }]);
    const again = await newRole(kms, "Gone");
    expect(await encrypts(KeyId, again.session())).toBe(false);
  });

  test("InvalidArnException for a session of a role that does not exist", async () => {
    const GranteePrincipal = "arn:aws:sts::111122223333:assumed-role/Nobody/one";
    expect(await refusal(granted({ GranteePrincipal }))).toEqual({
      code: "InvalidArnException",
      message: "ARN does not refer to a valid principal",
    });
  });
});

test("a session passes the lockout check by its role's name, and not by another session's", async () => {
  const Policy = policyOf(naming(build.arn, "kms:*"));
  const KeyId = await kms.newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
  const put = (policy: string) =>
    kms.call("PutKeyPolicy", { KeyId, Policy: policy }, { caller: build.session() });
  expect(await put(Policy)).toBeUndefined();
  const other = policyOf(naming(build.sessionArn("two"), "kms:*"));
  expect((await refusal(put(other))).code).toBe("MalformedPolicyDocumentException");
});
