/** Users whom key policies name: what they may do, and who they are. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { type BenchUser, deleteUser, newUser, renamed } from "../../test/kms-users.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { OperationName } from "./contract.ts";

const elsewhere = { accountId: "444455556666" };
const root = "arn:aws:iam::111122223333:root";
const account = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };
const invalidPrincipals = {
  code: "MalformedPolicyDocumentException",
  message: "Policy contains a statement with one or more invalid principals.",
};

let kms: KmsBench;
let alice: BenchUser;
let stranger: BenchUser;
beforeAll(async () => {
  kms = await kmsBench();
  alice = await newUser(kms, "Alice", { path: "/team/" });
  stranger = await newUser(kms, "Alice", elsewhere);
});
afterAll(async () => await kms.close());

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (AWS: string | readonly string[], Action = "kms:Encrypt", more: object = {}) => ({
  Effect: "Allow",
  Principal: { AWS },
  Action,
  Resource: "*",
  ...more,
});
const deny = (AWS: string | readonly string[], Action = "kms:Encrypt", more: object = {}) => ({
  ...allow(AWS, Action, more),
  Effect: "Deny",
});
const notPrincipal = (...AWS: readonly string[]) => ({
  Effect: "Deny",
  NotPrincipal: { AWS },
  Action: "kms:Encrypt",
  Resource: "*",
});
const deniedWhere = (key: string, value: string) =>
  deny("*", "kms:Encrypt", { Condition: { StringEquals: { [key]: value } } });
const put = (AWS: string) => policyOf({ ...account, Principal: { AWS } });
const own = (Effect: string, Action = "kms:*") => ({ Effect, Action, Resource: "*" });

async function outcome(name: OperationName, KeyId: string, caller: Caller): Promise<string> {
  const input = name === "Encrypt" ? { KeyId, Plaintext: Buffer.from("x") } : { KeyId };
  const sent = kms.send(name, input, { caller });
  return await sent.then(
    () => "allowed",
    async () => (await refusal(sent)).message ?? "",
  );
}

const encrypts = async (KeyId: string, caller: Caller) =>
  (await outcome("Encrypt", KeyId, caller)) === "allowed";

async function shown(KeyId: string): Promise<string | undefined> {
  return (await kms.call("GetKeyPolicy", { KeyId })).Policy;
}

describe("a key policy that names a user", () => {
  test("is enough for the user to do what it says, and nothing else", async () => {
    const KeyId = await kms.newKey({ Policy: policyOf(account, allow(alice.arn)) });
    const bob = await newUser(kms, "bob");
    expect(await outcome("Encrypt", KeyId, alice.caller())).toBe("allowed");
    expect(await outcome("Encrypt", KeyId, bob.caller())).toContain("is not authorized");
    expect(await outcome("DescribeKey", KeyId, alice.caller())).toBe(
      `User: ${alice.arn} is not authorized to perform: kms:DescribeKey on resource: ` +
        `${kms.arn(KeyId)} because no identity-based policy allows the kms:DescribeKey action`,
    );
  });

  test("lets a user of another account in whose own policies allow it too", async () => {
    const Policy = policyOf(account, allow(stranger.arn));
    const KeyId = kms.arn(await kms.newKey({ Policy }));
    expect(await encrypts(KeyId, stranger.caller(own("Allow")))).toBe(true);
    expect(await encrypts(KeyId, stranger.caller())).toBe(false);
    expect(await encrypts(KeyId, (await newUser(kms, "eve", elsewhere)).caller(own("Allow")))).toBe(
      false,
    );
    expect(await outcome("DisableKey", KeyId, stranger.caller(own("Allow")))).toContain(
      "on this resource because the resource does not exist in this Region",
    );
  });

  test("does not help against a deny of the user's own", async () => {
    const KeyId = await kms.newKey({ Policy: policyOf(account, allow(alice.arn)) });
    expect(await outcome("Encrypt", KeyId, alice.caller(own("Deny")))).toContain(
      "with an explicit deny in an identity-based policy",
    );
  });

  test.each<[string, () => object[], boolean]>([
    ["allows the account alone", () => [], true],
    ["denies the user", () => [deny(alice.arn)], false],
    ["denies another user", () => [deny(stranger.arn)], true],
    ["denies all but the user", () => [notPrincipal(root, alice.arn)], true],
    ["denies all but the user's id", () => [notPrincipal(root, alice.id)], true],
    ["denies all but another user", () => [notPrincipal(root, stranger.arn)], false],
    [
      "denies all but the user, whose account it leaves out",
      () => [notPrincipal(alice.arn)],
      false,
    ],
    ["denies what the user is called", () => [deniedWhere("aws:PrincipalArn", alice.arn)], false],
    ["denies what the user's id is", () => [deniedWhere("aws:userid", alice.id)], false],
    ["denies what the user's name is", () => [deniedWhere("aws:username", "Alice")], false],
    ["denies another name", () => [deniedWhere("aws:username", "alice")], true],
  ])("%s", async (_what, statements, allowed) => {
    const Policy = policyOf(account, ...statements());
    const KeyId = await kms.newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
    expect(await encrypts(KeyId, alice.caller(own("Allow")))).toBe(allowed);
  });

  test("lets the user in under a condition only where it holds", async () => {
    const Condition = { StringEquals: { "kms:EncryptionContext:a": "1" } };
    const Policy = policyOf(account, allow(alice.arn, "kms:Encrypt", { Condition }));
    const KeyId = await kms.newKey({ Policy });
    const Plaintext = Buffer.from("x");
    const EncryptionContext = { a: "1" };
    const caller = alice.caller();
    await kms.send("Encrypt", { KeyId, Plaintext, EncryptionContext }, { caller });
    expect(await encrypts(KeyId, caller)).toBe(false);
  });
});

describe("the user whom a key policy names", () => {
  test("is shown by ARN, letter by letter as it was sent", async () => {
    const Policy = `\n${JSON.stringify(JSON.parse(policyOf(account, allow([alice.arn, stranger.arn]))), null, 3)} `;
    const KeyId = await kms.newKey({ Policy });
    expect(await shown(KeyId)).toBe(Policy);
    await kms.call("PutKeyPolicy", { KeyId, Policy: ` ${Policy}` });
    expect(await shown(KeyId)).toBe(` ${Policy}`);
  });

  test("is kept by unique id, but for conditions", async () => {
    const Condition = { ArnEquals: { "aws:PrincipalArn": alice.arn } };
    const statement = allow(alice.arn, "kms:Encrypt", { Condition });
    const keyId = await kms.newKey({ Policy: policyOf(account, statement) });
    const name = { accountId: "111122223333", region: "eu-west-1", keyId };
    const kept = policyOf(account, { ...statement, Principal: { AWS: alice.id } });
    expect((await kms.store.findKey(name))?.policy).toBe(kept);
  });

  test("can be named by unique id, and is shown by ARN", async () => {
    const KeyId = await kms.newKey({ Policy: policyOf(account, allow(alice.id)) });
    expect(await encrypts(KeyId, alice.caller())).toBe(true);
    expect(await shown(KeyId)).toBe(policyOf(account, allow(alice.arn)));
  });

  test("stays the same under another name, by which it is shown then", async () => {
    const before = await newUser(kms, "before");
    const KeyId = await kms.newKey({ Policy: policyOf(account, allow(before.arn)) });
    const after = await renamed(kms, before, { userName: "after", path: "/new/" });
    const another = await newUser(kms, "before");
    expect(await encrypts(KeyId, after.caller())).toBe(true);
    expect(await encrypts(KeyId, another.caller())).toBe(false);
    expect(await shown(KeyId)).toBe(policyOf(account, allow(after.arn)));
  });

  test("is nobody once deleted, shown by unique id, whoever has the name afterwards", async () => {
    const first = await newUser(kms, "carol");
    const denied = [account, deny(first.arn, "kms:Decrypt")];
    const KeyId = await kms.newKey({ Policy: policyOf(...denied, allow(first.arn)) });
    await deleteUser(kms, first);
    const second = await newUser(kms, "carol");
    expect(second.arn).toBe(first.arn);
    expect(await encrypts(KeyId, second.caller())).toBe(false);
    const Policy = policyOf(account, deny(first.id, "kms:Decrypt"), allow(first.id));
    expect(await shown(KeyId)).toBe(Policy);
    expect(await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }))).toEqual(invalidPrincipals);
  });
});

describe("MalformedPolicyDocumentException for a policy that names", () => {
  const nobodies: readonly (readonly [string, () => string])[] = [
    ["a user who does not exist", () => "arn:aws:iam::111122223333:user/nobody"],
    ["a user of an account that does not exist", () => "arn:aws:iam::999999999999:user/Alice"],
    ["a user in another case", () => alice.arn.replace("Alice", "alice")],
    ["a user without the path", () => alice.arn.replace("team/", "")],
    ["a user in another partition", () => alice.arn.replace("arn:aws:", "arn:aws-cn:")],
    ["a unique id of nobody", () => "AIDAEXAMPLEEXAMPLEEXA"],
    ["a unique id of no role", () => "AROAEXAMPLEEXAMPLEEXA"],
    ["a role", () => "arn:aws:iam::111122223333:role/Alice"],
    ["a session", () => "arn:aws:sts::111122223333:assumed-role/Alice/run"],
    ["a federated user", () => "arn:aws:sts::111122223333:federated-user/Alice"],
  ];
  test.each(nobodies)("%s, whichever operation it is sent to", async (_who, nameOf) => {
    const KeyId = await kms.newKey({ MultiRegion: true });
    for (const element of ["Principal", "NotPrincipal"]) {
      const statement = { Effect: "Deny", Action: "kms:Encrypt", Resource: "*" };
      const named = { ...statement, [element]: { AWS: [alice.arn, nameOf()] } };
      const Policy = policyOf(account, named);
      const replica = { KeyId, ReplicaRegion: "us-east-1", Policy };
      expect(await refusal(kms.call("CreateKey", { Policy }))).toEqual(invalidPrincipals);
      expect(await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }))).toEqual(invalidPrincipals);
      expect(await refusal(kms.call("ReplicateKey", replica))).toEqual(invalidPrincipals);
    }
  });
});

test("a replica's policy names users as the primary's does", async () => {
  const KeyId = await kms.newKey({ MultiRegion: true });
  const Policy = policyOf(account, allow(alice.arn));
  const replicate = { KeyId, ReplicaRegion: "us-west-2", Policy };
  expect((await kms.call("ReplicateKey", replicate)).ReplicaPolicy).toBe(Policy);
  const there = { caller: alice.caller(), region: "us-west-2" };
  await kms.send("Encrypt", { KeyId, Plaintext: Buffer.from("x") }, there);
  expect(await encrypts(KeyId, alice.caller())).toBe(false);
});

describe("the lockout check of a user", () => {
  const lockedOut = {
    code: "MalformedPolicyDocumentException",
    message: "The new key policy will not allow you to update the key policy in the future.",
  };
  test.each<[string, () => string, object[], boolean]>([
    ["named in person", () => put(alice.arn), [], true],
    ["named in person by id", () => put(alice.id), [], true],
    ["whose account is named, and who is allowed it", () => put(root), [own("Allow")], true],
    ["whose account is named, and who is not", () => put(root), [own("Allow", "kms:Get*")], false],
    ["who is not named", () => put(stranger.arn), [own("Allow")], false],
    [
      "who is denied it by name",
      () => policyOf(account, deny(alice.arn, "kms:PutKeyPolicy")),
      [own("Allow")],
      false,
    ],
    [
      "while another is denied it",
      () => policyOf(account, deny(stranger.arn, "kms:PutKeyPolicy")),
      [own("Allow")],
      true,
    ],
  ])("%s", async (_who, policy, statements, passes) => {
    const both = policyOf(account, allow(alice.arn, "kms:PutKeyPolicy"));
    const KeyId = await kms.newKey({ Policy: both });
    const caller = alice.caller(...statements);
    const attempt = kms.call("PutKeyPolicy", { KeyId, Policy: policy() }, { caller });
    const outcomes = await Promise.allSettled([attempt]);
    const refused = outcomes[0].status === "rejected" ? await refusal(attempt) : undefined;
    expect(refused).toEqual(passes ? undefined : lockedOut);
  });
});

test("a root whom the default key policy allows has nobody looked up, and no grants", async () => {
  const KeyId = await kms.newKey();
  const { store } = kms;
  const lookups = [
    vi.spyOn(store, "findUser"),
    vi.spyOn(store, "findUserNamed"),
    vi.spyOn(store, "findRole"),
    vi.spyOn(store, "findRoleNamed"),
    vi.spyOn(store, "findGranteeTerms"),
  ];
  try {
    await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
    for (const lookup of lookups) expect(lookup).not.toHaveBeenCalled();
  } finally {
    vi.restoreAllMocks();
  }
});
