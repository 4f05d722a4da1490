import { describe, expect, test } from "vitest";
import { compilePolicy } from "./compile.ts";
import { parsePolicy } from "./document.ts";
import { evaluateResourcePolicy } from "./evaluate.ts";
import type { AccessRequest, ResourcePolicyDecision } from "./evaluate.ts";
import type { ConditionFact } from "./evaluation.ts";
import type { RequestPrincipal } from "./principal.ts";

const accountId = "111122223333";
const key = `arn:aws:kms:us-west-2:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const root: RequestPrincipal = { type: "root", accountId };
const stranger: RequestPrincipal = { type: "root", accountId: "444455556666" };
const bob: RequestPrincipal = {
  type: "user",
  accountId,
  arn: `arn:aws:iam::${accountId}:user/team/Bob`,
  id: "AIDACKCEVSQ6C2EXAMPLE",
};
const build: RequestPrincipal = {
  type: "assumed-role",
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/Build/run-1`,
  role: { arn: `arn:aws:iam::${accountId}:role/ci/Build`, id: "AROADBQP57FF2AEXAMPLE" },
};
const visitor: RequestPrincipal = {
  type: "federated-user",
  accountId,
  arn: `arn:aws:sts::${accountId}:federated-user/Visitor`,
};
const cloudTrail: RequestPrincipal = { type: "service", names: ["cloudtrail.amazonaws.com"] };
const google: RequestPrincipal = { type: "federated", provider: "accounts.google.com" };
const anonymous: RequestPrincipal = { type: "anonymous" };
const everybody = { root, stranger, bob, build, visitor, cloudTrail, google, anonymous };
type Name = keyof typeof everybody;

const allow = { Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" };
const deny = { ...allow, Effect: "Deny" };
const rootArn = `arn:aws:iam::${accountId}:root`;

interface Asking {
  readonly principal?: RequestPrincipal;
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Record<string, ConditionFact>;
}

function ask(statements: object | readonly object[], asking: Asking = {}): ResourcePolicyDecision {
  const policy = compilePolicy(
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements })),
  );
  return evaluateResourcePolicy(policy, requestOf(asking));
}

function requestOf({ principal, action, resource, context }: Asking): AccessRequest {
  return {
    principal: principal ?? root,
    action: action ?? "kms:Encrypt",
    resource: resource ?? key,
    context: new Map(Object.entries(context ?? {})),
  };
}

const effect = (statements: object | readonly object[], asking: Asking = {}) =>
  ask(statements, asking).effect;

describe("the default key policy", () => {
  const policy = {
    Sid: "Enable IAM User Permissions",
    Effect: "Allow",
    Principal: { AWS: rootArn },
    Action: "kms:*",
    Resource: "*",
  };

  test("allows the account, and says by which statement", () => {
    expect(ask(policy)).toEqual({
      effect: "allow",
      through: "account",
      statementIndex: 0,
      sid: "Enable IAM User Permissions",
    });
  });

  test("has nothing to say about another account", () => {
    expect(ask(policy, { principal: stranger })).toEqual({ effect: "none" });
  });

  test.each(["bob", "build", "visitor"] as const)("only delegates to %s", (name) => {
    expect(ask(policy, { principal: everybody[name] }).through).toBe("account");
  });

  test.each(["cloudTrail", "google", "anonymous"] as const)("leaves out %s", (name) => {
    expect(effect(policy, { principal: everybody[name] })).toBe("none");
  });
});

describe("a principal", () => {
  const roleId = build.role.id;
  const all = Object.fromEntries(Object.keys(everybody).map((name) => [name, "everyone"]));
  const rows: [object | string, Partial<Record<Name, string>>][] = [
    ["*", all],
    [{ AWS: "*" }, all],
    [{ AWS: [rootArn, roleId, "*"] }, all],
    [{ AWS: [bob.id, "*"] }, { ...all, bob: "principal" }],
    [{ AWS: accountId }, { root: "account", bob: "account", build: "account", visitor: "account" }],
    [{ AWS: bob.id }, { bob: "principal" }],
    // A name may be another one's by now, so it is nobody's here.
    [{ AWS: bob.arn }, {}],
    [{ AWS: build.role.arn }, {}],
    [{ AWS: roleId }, { build: "role" }],
    [{ AWS: `${roleId}:run-1` }, { build: "principal" }],
    [{ AWS: `${roleId}:run-2` }, {}],
    [{ AWS: build.arn }, { build: "principal" }],
    [{ AWS: build.arn.replace("run-1", "run-2") }, {}],
    [{ AWS: visitor.arn }, { visitor: "principal" }],
    [{ Service: "cloudtrail.amazonaws.com" }, { cloudTrail: "principal" }],
    [{ Service: "s3.amazonaws.com" }, {}],
    [{ Federated: "accounts.google.com" }, { google: "principal" }],
    [{ Service: "accounts.google.com" }, {}],
    [{}, {}],
    [
      { AWS: [rootArn, roleId, bob.id] },
      { root: "account", bob: "principal", build: "role", visitor: "account" },
    ],
  ];

  test.each(rows)("%j speaks of exactly those it names", (Principal, expected) => {
    const found = Object.entries(everybody)
      .map(([name, principal]) => [name, ask({ ...allow, Principal }, { principal }).through])
      .filter(([, through]) => through !== undefined);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test("is matched in the strongest way that any Allow has to offer", () => {
    const statements = [
      { ...allow, Sid: "a", Principal: { AWS: rootArn } },
      { ...allow, Sid: "r", Principal: { AWS: roleId } },
      { ...allow, Sid: "e", Principal: "*" },
      { ...allow, Sid: "p", Principal: { AWS: build.arn } },
    ];
    const sids = [4, 3, 2, 1].map((count) => {
      const offered = statements.slice(0, count);
      const [forward, backward] = [offered, offered.toReversed()].map(
        (list) => ask(list, { principal: build }).sid,
      );
      return [forward, backward];
    });
    expect(sids).toEqual([
      ["p", "p"],
      ["e", "e"],
      ["r", "r"],
      ["a", "a"],
    ]);
  });

  test("is not matched by a stronger Allow whose conditions do not hold", () => {
    const Condition = { Bool: { "aws:SecureTransport": "true" } };
    const statements = [
      { ...allow, Principal: { AWS: bob.id }, Condition },
      { ...allow, Principal: { AWS: rootArn } },
    ];
    expect(ask(statements, { principal: bob }).through).toBe("account");
  });
});

describe("NotPrincipal", () => {
  const rows: [object | string, readonly Name[]][] = [
    ["*", ["root", "stranger", "bob", "build", "visitor", "cloudTrail", "google", "anonymous"]],
    [{ AWS: rootArn }, ["root"]],
    [{ AWS: bob.id }, []],
    [{ AWS: [rootArn, bob.arn] }, ["root"]],
    [{ AWS: [accountId, bob.id] }, ["root", "bob"]],
    [{ AWS: [rootArn, build.role.id] }, ["root"]],
    [{ AWS: [rootArn, build.arn] }, ["root"]],
    [{ AWS: [build.role.id, build.arn] }, []],
    [{ AWS: [rootArn, build.role.id, build.arn] }, ["root", "build"]],
    [{ AWS: [rootArn, visitor.arn] }, ["root", "visitor"]],
    [{ Service: "cloudtrail.amazonaws.com" }, ["cloudTrail"]],
    [{}, []],
  ];

  test.each(rows)("%j spares only those with every layer listed", (NotPrincipal, expected) => {
    const statement = { Effect: "Deny", NotPrincipal, Action: "kms:*", Resource: "*" };
    const spared = Object.entries(everybody)
      .filter(([, principal]) => effect([allow, statement], { principal }) === "allow")
      .map(([name]) => name);
    expect(spared).toEqual(expected);
  });
});

describe("an action", () => {
  test.each([
    ["kms:Encrypt", "kms:Encrypt", true],
    ["KMS:encrypt", "kms:Encrypt", true],
    ["kms:Encrypt", "KMS:ENCRYPT", true],
    ["kms:*", "kms:Encrypt", true],
    ["*", "kms:Encrypt", true],
    ["kms:GenerateDataKey*", "kms:GenerateDataKeyPairWithoutPlaintext", true],
    ["kms:*Key*", "kms:DescribeKey", true],
    ["kms:ReEncrypt????", "kms:ReEncryptFrom", true],
    ["kms:ReEncrypt????", "kms:ReEncryptTo", false],
    ["kms:Encrypt", "kms:EncryptMore", false],
    ["kms:Encrypt", "kms:Decrypt", false],
    ["s3:*", "kms:Encrypt", false],
    [["s3:*", "kms:Encrypt"], "kms:Encrypt", true],
    [[], "kms:Encrypt", false],
  ])("%j allows %s: %s, and as NotAction the opposite", (Action, action, expected) => {
    expect(effect({ ...allow, Action }, { action })).toBe(expected ? "allow" : "none");
    const complement = { Effect: "Allow", Principal: "*", NotAction: Action, Resource: "*" };
    expect(effect(complement, { action })).toBe(expected ? "none" : "allow");
  });
});

describe("a resource", () => {
  test.each([
    ["*", true],
    [key, true],
    ["arn:aws:kms:*:111122223333:key/*", true],
    ["arn:*:kms:us-west-?:*:*", true],
    ["arn:aws:kms:us-west-2:111122223333:*", true],
    ["arn:aws:kms:us-west-2:111122223333:key/1234ABCD*", false],
    ["arn:aws:kms:us-west-2:444455556666:key/*", false],
    ["arn:aws:kms:us*:111122223333:alias/*", false],
    ["arn:aws:kms:*:*:*:key/*", false],
    ["arn:aws:s3:::bucket/*", false],
    [["arn:aws:s3:::bucket/*", key], true],
    [[], false],
  ])("%j covers the key: %s, and as NotResource the opposite", (Resource, expected) => {
    const complement = { Effect: "Allow", Principal: "*", Action: "*", NotResource: Resource };
    expect(effect({ ...allow, Resource })).toBe(expected ? "allow" : "none");
    expect(effect(complement)).toBe(expected ? "none" : "allow");
  });

  test("that is no ARN is covered only by the lone asterisk", () => {
    expect(effect({ ...allow, Resource: "arn:*:kms:*:*:*" }, { resource: "*" })).toBe("none");
    expect(effect(allow, { resource: "*" })).toBe("allow");
  });

  test("may name the caller by a variable", () => {
    const Resource = "arn:aws:kms:*:*:key/${aws:username}-*";
    const resource = `arn:aws:kms:us-west-2:${accountId}:key/bob-1`;
    const as = (username: string) =>
      effect({ ...allow, Resource }, { resource, context: { "aws:username": username } });
    expect([as("bob"), as("eve"), as("*"), as("b?b"), as("bob-1:x")]).toEqual([
      "allow",
      "none",
      "none",
      "none",
      "none",
    ]);
  });

  test("whose variable has no value makes its statement say nothing, negated or not", () => {
    const pattern = "arn:aws:kms:*:*:key/${aws:username}";
    const elsewhere = "arn:aws:kms:us-east-1:*:key/${aws:username}";
    for (const Resource of [pattern, elsewhere, [pattern, "arn:aws:s3:::bucket"]]) {
      const { Resource: _, ...rest } = allow;
      expect(effect({ ...rest, Resource })).toBe("none");
      expect(effect({ ...rest, NotResource: Resource })).toBe("none");
    }
    expect(effect({ ...allow, Resource: [pattern, key] })).toBe("allow");
  });

  test("has its variables as plain text in a policy of 2008-10-17", () => {
    const statement = { ...allow, Resource: "arn:aws:kms:*:*:key/${aws:username}" };
    const policy = compilePolicy(parsePolicy(JSON.stringify({ Statement: statement })));
    const asked = (name: string) =>
      evaluateResourcePolicy(policy, {
        ...requestOf({ context: { "aws:username": "bob" } }),
        resource: `arn:aws:kms:us-west-2:${accountId}:key/${name}`,
      }).effect;
    expect([asked("bob"), asked("${aws:username}")]).toEqual(["none", "allow"]);
  });
});

describe("conditions", () => {
  const Condition = {
    StringEquals: { "kms:CallerAccount": accountId, "kms:ViaService": ["s3.x", "ec2.x"] },
    Bool: { "aws:SecureTransport": true },
  };
  const good = {
    "kms:calleraccount": accountId,
    "kms:viaservice": "ec2.x",
    "aws:securetransport": "true",
  };

  test("must hold for every operator and every key", () => {
    expect(effect({ ...allow, Condition }, { context: good })).toBe("allow");
    for (const missing of Object.keys(good)) {
      const context = Object.fromEntries(Object.entries(good).filter(([name]) => name !== missing));
      expect(effect({ ...allow, Condition }, { context })).toBe("none");
    }
  });

  test("guard a Deny as they guard an Allow", () => {
    const statements = [allow, { ...deny, Condition }];
    expect(effect(statements, { context: good })).toBe("deny");
    expect(effect(statements)).toBe("allow");
  });

  test("may be none: an empty Condition always holds", () => {
    expect(effect({ ...allow, Condition: {} })).toBe("allow");
  });

  test("on multi-factor authentication follow AWS's two safe idioms", () => {
    const denies = { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } };
    const allows = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const name = "aws:multifactorauthpresent";
    const outcomes = [{}, { [name]: "false" }, { [name]: "true" }].map((context) => [
      effect([allow, { ...deny, Condition: denies }], { context }),
      effect({ ...allow, Condition: allows }, { context }),
    ]);
    expect(outcomes).toEqual([
      ["deny", "none"],
      ["deny", "none"],
      ["allow", "allow"],
    ]);
  });
});

describe("a decision", () => {
  test("is a denial when a Deny matches, wherever it stands, and names it", () => {
    const denial = { ...deny, Sid: "No one" };
    expect(ask([allow, denial, allow])).toEqual({
      effect: "deny",
      through: "everyone",
      statementIndex: 1,
      sid: "No one",
    });
    expect(ask([denial, allow]).effect).toBe("deny");
    expect(ask([allow, allow, denial]).effect).toBe("deny");
  });

  test("is not touched by a Deny of something else", () => {
    expect(effect([allow, { ...deny, Action: "kms:Decrypt" }])).toBe("allow");
    expect(effect([allow, { ...deny, Principal: { AWS: bob.id } }])).toBe("allow");
    expect(effect([allow, { ...deny, Resource: "arn:aws:s3:::bucket" }])).toBe("allow");
  });

  test("names the first of several statements that are equally strong", () => {
    expect(ask([{ ...allow, Action: "kms:Decrypt" }, allow, allow]).statementIndex).toBe(1);
    expect(ask([allow, deny, deny]).statementIndex).toBe(1);
  });

  test("is none when nothing matches", () => {
    expect(ask([{ ...allow, Action: "kms:Decrypt" }])).toEqual({ effect: "none" });
  });

  test("is a denial when the policy would take too long", () => {
    const values = Array.from({ length: 3_000 }, (_, index) => `*a${index}`);
    const Condition = { "ForAnyValue:StringLike": { "kms:EncryptionContextKeys": values } };
    const context = { "kms:encryptioncontextkeys": Array<string>(1_000).fill("aaaaaaaa") };
    expect(ask([allow, { ...deny, Condition }], { context })).toEqual({ effect: "deny" });
    expect(ask([{ ...allow, Condition }, allow], { context })).toEqual({ effect: "deny" });
  });

  test("is a denial when a request can be read in too many ways", () => {
    const names = Array.from({ length: 20 }, (_, index) => `t:${index}`);
    const context = Object.fromEntries(names.map((name) => [name, { spellings: ["a", "b"] }]));
    const Condition = { StringLike: Object.fromEntries(names.map((name) => [name, "?"])) };
    expect(effect({ ...allow, Condition }, { context })).toBe("deny");
  });

  test("is reached for the largest policies that are meant seriously", () => {
    const users = Array.from({ length: 500 }, (_, index) => `${bob.arn}-${index}*`);
    const Condition = { ArnLike: { "aws:PrincipalArn": users } };
    const context = { "aws:principalarn": `${bob.arn}-499x` };
    expect(effect({ ...allow, Condition }, { context })).toBe("allow");
  });
});
