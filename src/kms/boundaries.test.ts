import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { newUser } from "../../test/kms-users.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { OperationName } from "./contract.ts";

const accountId = "111122223333";
const arn = `arn:aws:iam::${accountId}:user/bob`;
const policyOf = (Effect: "Allow" | "Deny", Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect, Action, Resource: "*" } });

/** A user who may do everything, as far as the boundary goes. */
function bobWithin(permissionsBoundary: string): Caller {
  return {
    type: "IAMUser",
    accountId,
    arn,
    principalId: "AIDACKCEVSQ6C2EXAMPLE",
    userName: "bob",
    identityPolicies: [policyOf("Allow", "*")],
    permissionsBoundary,
  };
}

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function outcome(name: OperationName, input: object, caller: Caller): Promise<string> {
  const sent = kms.send(name, input as never, { caller });
  return await sent.then(
    () => "allowed",
    async () => (await refusal(sent)).message ?? "",
  );
}

const refused = (action: string, resource: string, why: string) =>
  `User: ${arn} is not authorized to perform: kms:${action} on resource: ${resource} ${why}`;

describe("a permissions boundary", () => {
  test("limits what a key leaves to its account", async () => {
    const KeyId = await kms.newKey();
    const within = bobWithin(policyOf("Allow", "kms:DescribeKey"));
    expect(await outcome("DescribeKey", { KeyId }, within)).toBe("allowed");
    expect(await outcome("EnableKey", { KeyId }, within)).toBe(
      refused(
        "EnableKey",
        kms.arn(KeyId),
        "because no permissions boundary allows the kms:EnableKey action",
      ),
    );
    expect(await outcome("EnableKey", { KeyId }, bobWithin(policyOf("Deny", "kms:*")))).toBe(
      refused("EnableKey", kms.arn(KeyId), "with an explicit deny in a permissions boundary"),
    );
  });

  test("limits what needs no key", async () => {
    const within = bobWithin(policyOf("Allow", "kms:ListKeys"));
    expect(await outcome("ListKeys", {}, within)).toBe("allowed");
    expect(await outcome("ListAliases", {}, within)).toBe(
      refused(
        "ListAliases",
        "*",
        "because no permissions boundary allows the kms:ListAliases action",
      ),
    );
  });

  test("leaves alone what a key policy allows everybody in its account, but for a deny", async () => {
    const everybody = {
      Effect: "Allow",
      Principal: "*",
      Action: ["kms:DescribeKey", "kms:PutKeyPolicy"],
      Resource: "*",
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: everybody });
    const KeyId = await kms.newKey({ Policy });
    const outside = bobWithin(policyOf("Allow", "s3:*"));
    expect(await outcome("DescribeKey", { KeyId }, outside)).toBe("allowed");
    expect(await outcome("DescribeKey", { KeyId }, bobWithin(policyOf("Deny", "*")))).toContain(
      "with an explicit deny in a permissions boundary",
    );
  });

  test("leaves alone what a key policy or a grant allows a user in person, but for a deny", async () => {
    const user = await newUser(kms, "alice");
    const within = (permissionsBoundary: string) => ({ ...user.caller(), permissionsBoundary });
    const Statement = [
      { Effect: "Allow", Principal: { AWS: accountId }, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { AWS: user.arn }, Action: "kms:DescribeKey", Resource: "*" },
    ];
    const KeyId = await kms.newKey({ Policy: JSON.stringify({ Statement }) });
    const granted = { KeyId, GranteePrincipal: user.arn, Operations: ["Encrypt" as const] };
    await kms.call("CreateGrant", granted);
    const input = { KeyId, Plaintext: Buffer.from("x") };
    const elsewhere = within(policyOf("Allow", "s3:*"));
    expect(await outcome("DescribeKey", { KeyId }, elsewhere)).toBe("allowed");
    expect(await outcome("Encrypt", input, elsewhere)).toBe("allowed");
    const denying = within(policyOf("Deny", "kms:*"));
    const denial = "with an explicit deny in a permissions boundary";
    expect(await outcome("DescribeKey", { KeyId }, denying)).toContain(denial);
    expect(await outcome("Encrypt", { ...input, Plaintext: Buffer.from("x") }, denying)).toContain(
      denial,
    );
  });
});
