/** Grants to users: whom they let in, who may end them, and who they are shown as. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { type BenchUser, deleteUser, newUser, renamed } from "../../test/kms-users.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { Input } from "./contract.ts";

const elsewhere = { accountId: "444455556666" };
const owner = "arn:aws:iam::111122223333:root";
const account = { Effect: "Allow", Principal: { AWS: owner }, Action: "kms:*", Resource: "*" };

let kms: KmsBench;
let KeyId: string;
let alice: BenchUser;
let bob: BenchUser;
let stranger: BenchUser;
beforeAll(async () => {
  kms = await kmsBench();
  alice = await newUser(kms, "alice");
  bob = await newUser(kms, "bob");
  stranger = await newUser(kms, "alice", elsewhere);
});
afterAll(async () => await kms.close());

const own = (Effect: string, Action = "kms:*") => ({ Effect, Action, Resource: "*" });

async function grant(input: Partial<Input<"CreateGrant">>) {
  const { GrantId = "" } = await kms.call("CreateGrant", {
    KeyId,
    GranteePrincipal: alice.arn,
    Operations: ["Encrypt"],
    ...input,
  });
  return GrantId;
}

async function encrypts(caller: Caller, EncryptionContext: Record<string, string> = {}) {
  const input = { KeyId: kms.arn(KeyId), Plaintext: Buffer.from("x"), EncryptionContext };
  return await isAllowed(kms.send("Encrypt", input, { caller }));
}

const describeKey = async (caller: Caller) =>
  await isAllowed(kms.send("DescribeKey", { KeyId: kms.arn(KeyId) }, { caller }));

const put = async (...Statement: readonly object[]) =>
  await kms.call("PutKeyPolicy", { KeyId, Policy: JSON.stringify({ Statement }) });

async function isAllowed(attempt: Promise<unknown>): Promise<boolean> {
  const [outcome] = await Promise.allSettled([attempt]);
  if (outcome.status === "fulfilled") return true;
  expect((await refusal(attempt)).code).toBe("AccessDeniedException");
  return false;
}

const retires = async (GrantId: string, caller: Caller) =>
  await isAllowed(kms.call("RetireGrant", { KeyId: kms.arn(KeyId), GrantId }, { caller }));

async function shown(GrantId: string) {
  const { Grants = [] } = await kms.call("ListGrants", { KeyId, GrantId });
  return Grants[0];
}

describe("a grant to a user", () => {
  beforeAll(async () => {
    KeyId = await kms.newKey();
    await grant({});
    await grant({ GranteePrincipal: stranger.arn, Operations: ["Encrypt", "DescribeKey"] });
  });

  test("lets that user in without any policy, of whichever account, and to nothing else", async () => {
    expect(await encrypts(alice.caller())).toBe(true);
    expect(await describeKey(alice.caller())).toBe(false);
    expect(await encrypts(stranger.caller())).toBe(true);
    expect(await describeKey(stranger.caller())).toBe(true);
  });

  test("lets in nobody else of the account, but for what policies allow", async () => {
    expect(await encrypts(bob.caller())).toBe(false);
    const other = await newUser(kms, "bob", elsewhere);
    expect(await encrypts(other.caller(own("Allow")))).toBe(false);
    const root = { KeyId: kms.arn(KeyId), Plaintext: Buffer.from("x") };
    expect(await isAllowed(kms.call("Encrypt", root, elsewhere))).toBe(false);
  });

  test("does not help against an explicit deny, in the user's policies or the key's", async () => {
    expect(await encrypts(alice.caller(own("Deny")))).toBe(false);
    expect(await encrypts(stranger.caller(own("Deny", "kms:Encrypt")))).toBe(false);
    const deny = { ...account, Effect: "Deny", Principal: { AWS: stranger.arn } };
    await put(account, deny);
    expect(await encrypts(stranger.caller(own("Allow")))).toBe(false);
    expect(await encrypts(alice.caller())).toBe(true);
    await put(account);
    expect(await encrypts(stranger.caller())).toBe(true);
  });

  test("holds under its constraints only", async () => {
    const dave = await newUser(kms, "dave");
    const Constraints = { EncryptionContextEquals: { a: "1" } };
    await grant({ GranteePrincipal: dave.arn, Constraints });
    expect(await encrypts(dave.caller(), { a: "1" })).toBe(true);
    expect(await encrypts(dave.caller(), { a: "2" })).toBe(false);
  });

  test("can be handed on by a user who was granted that, and less only", async () => {
    const dora = await newUser(kms, "dora");
    await grant({ GranteePrincipal: dora.arn, Operations: ["CreateGrant", "Encrypt"] });
    const ask = (...Operations: readonly ("Encrypt" | "Decrypt")[]) =>
      kms.call(
        "CreateGrant",
        { KeyId, GranteePrincipal: bob.arn, Operations: [...Operations] },
        { caller: dora.caller() },
      );
    expect(await isAllowed(ask("Decrypt"))).toBe(false);
    expect(await encrypts(bob.caller())).toBe(false);
    expect(await isAllowed(ask("Encrypt"))).toBe(true);
    expect(await encrypts(bob.caller())).toBe(true);
  });

  test("is on record, and listed, by ARN", async () => {
    const GrantId = await grant({ RetiringPrincipal: bob.arn });
    expect(kms.lastRecord()["requestParameters"]).toMatchObject({
      granteePrincipal: alice.arn,
      retiringPrincipal: bob.arn,
    });
    expect(await shown(GrantId)).toMatchObject({
      GranteePrincipal: alice.arn,
      RetiringPrincipal: bob.arn,
    });
    const { Grants = [] } = await kms.call("ListGrants", { KeyId, GranteePrincipal: alice.arn });
    expect(Grants.map((one) => one.GrantId)).toContain(GrantId);
    expect(new Set(Grants.map((one) => one.GranteePrincipal))).toEqual(new Set([alice.arn]));
  });

  test("InvalidArnException for a user who does not exist, on a dry run too", async () => {
    const missing = "arn:aws:iam::111122223333:user/Alice";
    const invalid = {
      code: "InvalidArnException",
      message: "ARN does not refer to a valid principal",
    };
    for (const input of [
      { GranteePrincipal: missing },
      { RetiringPrincipal: missing },
      { GranteePrincipal: missing, DryRun: true },
    ]) {
      expect(await refusal(grant(input))).toEqual(invalid);
    }
  });
});

describe("the user of a grant", () => {
  test("stays the same under another name, by which it is shown then", async () => {
    const before = await newUser(kms, "before");
    const GrantId = await grant({ GranteePrincipal: before.arn });
    const after = await renamed(kms, before, { userName: "after" });
    const another = await newUser(kms, "before");
    expect(await encrypts(after.caller())).toBe(true);
    expect(await encrypts(another.caller())).toBe(false);
    expect(await shown(GrantId)).toMatchObject({ GranteePrincipal: after.arn });
  });

  test("is nobody once deleted, shown by unique id, whoever has the name afterwards", async () => {
    const first = await newUser(kms, "carol");
    const named = { GranteePrincipal: first.arn, RetiringPrincipal: first.arn, Name: "of-carol" };
    const Operations = ["Encrypt" as const, "RetireGrant" as const];
    const GrantId = await grant({ ...named, Operations });
    await deleteUser(kms, first);
    const second = await newUser(kms, "carol");
    expect(await encrypts(second.caller())).toBe(false);
    expect(await retires(GrantId, second.caller())).toBe(false);
    expect(await shown(GrantId)).toMatchObject({
      GranteePrincipal: first.id,
      RetiringPrincipal: first.id,
    });
    const RetiringPrincipal = second.arn;
    expect((await kms.call("ListRetirableGrants", { RetiringPrincipal })).Grants).toEqual([]);
    const listed = await kms.call("ListGrants", { KeyId, GranteePrincipal: second.arn });
    expect(listed.Grants).toEqual([]);
    expect(await grant({ ...named, Operations })).not.toBe(GrantId);
    expect(await encrypts(second.caller())).toBe(true);
  });

  test("is nobody where the grant was kept by a mere name", async () => {
    const accountId = "111122223333";
    const GrantId = await grant({ GranteePrincipal: bob.arn });
    const name = { accountId, region: "eu-west-1", keyId: KeyId };
    const kept = await kms.store.findGrant(name, GrantId);
    const eve = await newUser(kms, "eve");
    const byName = { grantee: eve.arn, retiring: eve.arn, requestHash: null };
    const record = { ...kept, ...byName, grantId: "0".repeat(64) } as NonNullable<typeof kept>;
    await kms.store.commit([{ kind: "insert", table: "grants", record }]);
    expect(await encrypts(eve.caller())).toBe(false);
    expect(await retires(record.grantId, eve.caller())).toBe(false);
    expect(await shown(record.grantId)).toMatchObject({ GranteePrincipal: eve.arn });
  });
});

describe("a grant is retired by", () => {
  const rows: readonly (readonly [
    string,
    () => Partial<Input<"CreateGrant">>,
    () => Caller,
    boolean,
  ])[] = [
    ["its retiring user", () => ({ RetiringPrincipal: bob.arn }), () => bob.caller(), true],
    [
      "its retiring user of another account",
      () => ({ RetiringPrincipal: stranger.arn }),
      () => stranger.caller(),
      true,
    ],
    [
      "its retiring user, unless denied it",
      () => ({ RetiringPrincipal: bob.arn }),
      () => bob.caller(own("Deny", "kms:RetireGrant")),
      false,
    ],
    [
      "its grantee who was granted that",
      () => ({ Operations: ["Encrypt", "RetireGrant"] }),
      () => alice.caller(),
      true,
    ],
    ["its grantee, who was not", () => ({}), () => alice.caller(), false],
    ["a user of its account, who is allowed it", () => ({}), () => bob.caller(own("Allow")), true],
    ["a user of its account, who is not", () => ({}), () => bob.caller(), false],
    [
      "a user of the retiring user's account, who is allowed it",
      () => ({ RetiringPrincipal: stranger.arn }),
      () => ({ ...stranger.caller(own("Allow")), principalId: "AIDAOTHEROTHEROTHER23" }),
      true,
    ],
    [
      "a user of the retiring account, who is not",
      () => ({ RetiringPrincipal: "arn:aws:iam::444455556666:root" }),
      () => stranger.caller(),
      false,
    ],
    ["anybody else who is allowed it", () => ({}), () => stranger.caller(own("Allow")), false],
  ];
  test.each(rows)("%s", async (_who, input, caller, allowed) => {
    const GrantId = await grant(input());
    expect(await retires(GrantId, caller())).toBe(allowed);
    expect((await shown(GrantId)) === undefined).toBe(allowed);
  });

  test("nobody by a key policy's allow, and not where it denies the user", async () => {
    const retiring = (Effect: string) => ({
      Effect,
      Principal: { AWS: bob.arn },
      Action: "kms:RetireGrant",
      Resource: "*",
    });
    const GrantId = await grant({});
    await put(account, retiring("Allow"));
    expect(await retires(GrantId, bob.caller())).toBe(false);
    await put(account, retiring("Deny"));
    const attempt = kms.call(
      "RetireGrant",
      { KeyId, GrantId },
      { caller: bob.caller(own("Allow")) },
    );
    expect((await refusal(attempt)).message).toContain(
      "with an explicit deny in a resource-based policy",
    );
    await put(account);
  });

  test("nobody whose own policies deny it, which is what the refusal says", async () => {
    const GrantId = await grant({ RetiringPrincipal: bob.arn });
    const caller = bob.caller(own("Deny"));
    expect((await refusal(kms.call("RetireGrant", { KeyId, GrantId }, { caller }))).message).toBe(
      `User: ${bob.arn} is not authorized to perform: kms:RetireGrant on resource: ` +
        `${kms.arn(KeyId)} with an explicit deny in an identity-based policy`,
    );
  });
});

test("the grants that a user may retire are listed by the user's ARN", async () => {
  const fred = await newUser(kms, "fred", { path: "/team/" });
  const GrantId = await grant({ RetiringPrincipal: fred.arn });
  const listed = async (options = {}) =>
    await kms.call("ListRetirableGrants", { RetiringPrincipal: fred.arn }, options);
  expect((await listed()).Grants).toMatchObject([{ GrantId, RetiringPrincipal: fred.arn }]);
  const caller = fred.caller(own("Allow", "kms:ListRetirableGrants"));
  expect((await listed({ caller })).Grants).toHaveLength(1);
  expect((await refusal(listed(elsewhere))).code).toBe("AccessDeniedException");
});
