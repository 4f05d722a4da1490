import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";
import type { OperationName } from "./contract.ts";

const accountId = "111122223333";
const otherAccountId = "444455556666";
const userArn = (account = accountId) => `arn:aws:iam::${account}:user/bob`;
const secret = () => Buffer.from("secret");

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

/** A user with one policy for each list of statements. */
function bob(statements: readonly object[] = [], account = accountId): Caller {
  return {
    type: "IAMUser",
    accountId: account,
    arn: userArn(account),
    principalId: "AIDACKCEVSQ6C2EXAMPLE",
    userName: "bob",
    identityPolicies: statements.map((Statement) =>
      JSON.stringify({ Version: "2012-10-17", Statement }),
    ),
  };
}

const allow = (Action: string, Resource = "*", more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource = "*") => ({ Effect: "Deny", Action, Resource });

async function outcome(name: OperationName, input: object, caller: Caller): Promise<string> {
  const sent = kms.send(name, input as never, { caller });
  return await sent.then(
    () => "allowed",
    async () => (await refusal(sent)).message ?? "",
  );
}

const notAllowed = (action: string, resource: string, by = "identity") =>
  `User: ${userArn()} is not authorized to perform: kms:${action} on resource: ${resource} ` +
  `because no ${by}-based policy allows the kms:${action} action`;
const denied = (action: string, resource: string, by = "identity") =>
  `User: ${userArn()} is not authorized to perform: kms:${action} on resource: ${resource} ` +
  `with an explicit deny in ${by === "identity" ? "an identity" : "a resource"}-based policy`;

function keyPolicy(...statements: readonly object[]): { readonly Policy: string } {
  const administration = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: ["kms:PutKeyPolicy", "kms:Encrypt"],
    Resource: "*",
  };
  return {
    Policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [administration, ...statements.map((one) => ({ Resource: "*", ...one }))],
    }),
  };
}

describe("a key that leaves it to its account", () => {
  let KeyId: string;
  let arn: string;
  beforeAll(async () => {
    KeyId = await kms.newKey();
    arn = kms.arn(KeyId);
  });
  const encrypt = async (...statements: readonly object[]) =>
    await outcome("Encrypt", { KeyId, Plaintext: secret() }, bob(statements));

  test("takes a user whose policy allows it", async () => {
    expect(await encrypt(allow("kms:Encrypt"))).toBe("allowed");
    expect(await encrypt(allow("kms:Encrypt", arn))).toBe("allowed");
    expect(await encrypt(allow("kms:Decrypt"), allow("kms:*"))).toBe("allowed");
  });

  test("refuses every other", async () => {
    expect(await encrypt()).toBe(notAllowed("Encrypt", arn));
    expect(await encrypt(allow("kms:Decrypt"))).toBe(notAllowed("Encrypt", arn));
    expect(await encrypt(allow("kms:Encrypt", `${arn}0`))).toBe(notAllowed("Encrypt", arn));
    expect(await encrypt(allow("*"), deny("kms:*"))).toBe(denied("Encrypt", arn));
  });

  test("lets a policy ask for the encryption context and for the user's own name", async () => {
    const statement = allow("kms:Encrypt", "*", {
      // oxlint-disable-next-line no-template-curly-in-string
      Condition: { StringEquals: { "kms:EncryptionContext:owner": "${aws:username}" } },
    });
    const encryptFor = async (owner: string) =>
      await outcome(
        "Encrypt",
        { KeyId, Plaintext: secret(), EncryptionContext: { owner } },
        bob([statement]),
      );
    expect(await encryptFor("bob")).toBe("allowed");
    expect(await encryptFor("eve")).toBe(notAllowed("Encrypt", arn));
  });

  test("has its account's root use it without a policy", async () => {
    expect(await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("a") })).toBeDefined();
  });
});

describe("a key policy", () => {
  test("that says nothing of an action leaves nothing to identity policies", async () => {
    const KeyId = await kms.newKey(keyPolicy());
    const caller = bob([allow("*")]);
    expect(await outcome("Encrypt", { KeyId, Plaintext: secret() }, caller)).toBe("allowed");
    expect(await outcome("DescribeKey", { KeyId }, caller)).toBe(
      notAllowed("DescribeKey", kms.arn(KeyId), "resource"),
    );
  });

  test("that allows everybody is enough in its own account, but for a deny of the user's", async () => {
    const everybody = { Effect: "Allow", Principal: "*", Action: "kms:DescribeKey" };
    const KeyId = await kms.newKey(keyPolicy(everybody));
    expect(await outcome("DescribeKey", { KeyId }, bob())).toBe("allowed");
    expect(await outcome("DescribeKey", { KeyId }, bob([deny("kms:*")]))).toBe(
      denied("DescribeKey", kms.arn(KeyId)),
    );
  });

  test("that denies wins over every allow", async () => {
    const nobody = { Effect: "Deny", Principal: "*", Action: "kms:Encrypt" };
    const KeyId = await kms.newKey(keyPolicy(nobody));
    expect(await outcome("Encrypt", { KeyId, Plaintext: secret() }, bob([allow("*")]))).toBe(
      denied("Encrypt", kms.arn(KeyId), "resource"),
    );
  });

  test("of another account needs the user's own policies as well, whomever it allows", async () => {
    const theirs = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${otherAccountId}:root` },
      Action: "kms:Encrypt",
    };
    const everybody = { Effect: "Allow", Principal: "*", Action: "kms:DescribeKey" };
    const arn = kms.arn(await kms.newKey(keyPolicy(theirs, everybody)));
    const input = () => ({ KeyId: arn, Plaintext: secret() });
    const caller = (...statements: readonly object[]) => bob(statements, otherAccountId);
    expect(await outcome("Encrypt", input(), caller(allow("kms:Encrypt", arn)))).toBe("allowed");
    expect(await outcome("DescribeKey", { KeyId: arn }, caller(allow("kms:*")))).toBe("allowed");
    expect(await outcome("Encrypt", input(), caller())).toContain("on this resource because");
    expect(await outcome("DescribeKey", { KeyId: arn }, caller())).toContain(
      "on this resource because",
    );
  });
});

describe("without a key", () => {
  test.each<[OperationName, object]>([
    ["CreateKey", {}],
    ["ListKeys", {}],
    ["ListAliases", {}],
    ["GenerateRandom", { NumberOfBytes: 1 }],
  ])("%s takes a user whose policy allows it for every resource", async (name, input) => {
    expect(await outcome(name, input, bob([allow(`kms:${name}`)]))).toBe("allowed");
    expect(await outcome(name, input, bob())).toBe(notAllowed(name, "*"));
    const arn = `arn:aws:kms:*:${accountId}:*`;
    expect(await outcome(name, input, bob([allow("kms:*", arn)]))).toBe(notAllowed(name, "*"));
    expect(await outcome(name, input, bob([allow("*"), deny("kms:*")]))).toBe(denied(name, "*"));
  });

  test.each([
    ["kms:KeySpec", "RSA_2048", { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }],
    ["kms:KeyUsage", "SIGN_VERIFY", { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }],
    ["kms:KeyOrigin", "EXTERNAL", { Origin: "EXTERNAL" }],
    ["kms:MultiRegion", "true", { MultiRegion: true }],
    ["aws:RequestTag/team", "red", { Tags: [{ TagKey: "team", TagValue: "red" }] }],
    ["aws:TagKeys", "team", { Tags: [{ TagKey: "team", TagValue: "red" }] }],
  ])("a policy can ask for %s of a key that is to be made", async (name, value, input) => {
    const forbidden = { ...deny("kms:CreateKey"), Condition: { StringEquals: { [name]: value } } };
    const caller = bob([allow("kms:*"), forbidden]);
    expect(await outcome("CreateKey", {}, caller)).toBe("allowed");
    expect(await outcome("CreateKey", input, caller)).toBe(denied("CreateKey", "*"));
  });
});

test("an alias needs an allow for the alias and for its keys", async () => {
  const TargetKeyId = await kms.newKey();
  const other = await kms.newKey();
  const AliasName = "alias/of-bob";
  const alias = `arn:aws:kms:eu-west-1:${accountId}:${AliasName}`;
  const onKeys = allow("kms:*", `arn:aws:kms:*:${accountId}:key/*`);
  const onBoth = bob([onKeys, allow("kms:*Alias", alias)]);
  const steps: readonly [OperationName, object][] = [
    ["CreateAlias", { AliasName, TargetKeyId }],
    ["UpdateAlias", { AliasName, TargetKeyId: other }],
    ["DeleteAlias", { AliasName }],
  ];
  for (const [name, input] of steps) {
    expect(await outcome(name, input, bob([onKeys]))).toBe(notAllowed(name, alias));
    expect(await outcome(name, input, onBoth)).toBe("allowed");
  }
});

test("a caller without policies who is no root may do nothing", async () => {
  const KeyId = await kms.newKey();
  const { identityPolicies: _none, ...caller } = bob();
  expect(await outcome("Encrypt", { KeyId, Plaintext: secret() }, caller)).toContain(
    "is not authorized",
  );
  expect(await outcome("ListKeys", {}, caller)).toContain("is not authorized");
});

test("tags on a new key need an allow for TagResource as well", async () => {
  const Tags = [{ TagKey: "team", TagValue: "red" }];
  const caller = bob([allow("kms:CreateKey")]);
  expect(await outcome("CreateKey", { Tags }, caller)).toBe(notAllowed("TagResource", "*"));
  const both = bob([allow("kms:CreateKey"), allow("kms:TagResource")]);
  expect(await outcome("CreateKey", { Tags }, both)).toBe("allowed");
  const KeyId = await kms.newKey({ MultiRegion: true });
  const replicate = { KeyId, ReplicaRegion: "us-east-1", Tags };
  const replicator = bob([allow("kms:CreateKey"), allow("kms:ReplicateKey")]);
  expect(await outcome("ReplicateKey", replicate, replicator)).toBe(notAllowed("TagResource", "*"));
});

test("a user who may not describe it does not bring an AWS managed key about", async () => {
  const input = { KeyId: "alias/aws/s3" };
  expect(await outcome("DescribeKey", input, bob())).toContain("is not authorized");
  const { Aliases } = await kms.call("ListAliases", {});
  expect(Aliases?.map(({ AliasName }) => AliasName)).not.toContain("alias/aws/s3");
  expect(await outcome("DescribeKey", input, bob([allow("kms:DescribeKey")]))).toBe("allowed");
});
