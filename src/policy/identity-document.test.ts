import { describe, expect, test } from "vitest";
import { compilePolicy } from "./compile.ts";
import { evaluateIdentityPolicies } from "./evaluate.ts";
import type { RequestPrincipal } from "./principal.ts";
import { parseIdentityPolicy } from "./identity-document.ts";
import { PolicyError } from "./policy-error.ts";

const accountId = "111122223333";
const key = `arn:aws:kms:us-west-2:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const bob: RequestPrincipal = {
  type: "user",
  accountId,
  arn: `arn:aws:iam::${accountId}:user/Bob`,
  id: "AIDACKCEVSQ6C2EXAMPLE",
};
const allow = { Effect: "Allow", Action: "kms:*", Resource: "*" };
const deny = { ...allow, Effect: "Deny" };

const policyOf = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

function refusal(text: string): string {
  try {
    parseIdentityPolicy(text);
  } catch (error) {
    if (error instanceof PolicyError && error.reason === "malformed") return error.message;
    throw error;
  }
  throw new Error("The policy was accepted.");
}

describe("an identity policy", () => {
  test("names no principal", () => {
    expect(parseIdentityPolicy(policyOf({ ...allow, Sid: "All1" }))).toEqual({
      version: "2012-10-17",
      statements: [
        {
          sid: "All1",
          effect: "Allow",
          action: { negated: false, values: ["kms:*"] },
          resource: { negated: false, values: ["*"] },
          conditions: [],
        },
      ],
    });
  });

  test("may have complements, and a statement that stands alone", () => {
    const statement = { Effect: "Deny", NotAction: ["kms:*"], NotResource: key };
    const { statements } = parseIdentityPolicy(JSON.stringify({ Statement: statement }));
    expect(statements).toMatchObject([{ action: { negated: true }, resource: { negated: true } }]);
  });
});

const { Action: _action, ...withoutAction } = allow;
const { Resource: _resource, ...withoutResource } = allow;
const vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

test.each([
  ["no JSON", "{", "This policy contains invalid Json"],
  ["a member that stands twice", '{"Id":"a","Id":"b"}', "This policy contains invalid Json"],
  ["a list", "[]", "Syntax errors in policy."],
  ["no statement", "{}", "Syntax errors in policy."],
  ["an empty list of statements", policyOf(), "Syntax errors in policy."],
  [
    "another version",
    JSON.stringify({ Version: "1", Statement: allow }),
    "Syntax errors in policy.",
  ],
  ["an unknown element", policyOf({ ...allow, Other: 1 }), "Syntax errors in policy."],
  ["another effect", policyOf({ ...allow, Effect: "allow" }), "Syntax errors in policy."],
  [
    "an unknown operator",
    policyOf({ ...allow, Condition: { Is: { a: "b" } } }),
    "Syntax errors in policy.",
  ],
  ["an action that is no text", policyOf({ ...allow, Action: [1] }), "Syntax errors in policy."],
  [
    "a principal",
    policyOf({ ...allow, Principal: "*" }),
    "Policy document should not specify a principal.",
  ],
  [
    "the complement of a principal",
    policyOf({ ...deny, NotPrincipal: "*" }),
    "Policy document should not specify a principal.",
  ],
  ["no action", policyOf(withoutAction), "Policy statement must contain actions."],
  [
    "an empty list of actions",
    policyOf({ ...allow, Action: [] }),
    "Policy statement must contain actions.",
  ],
  ["no resource", policyOf(withoutResource), "Policy statement must contain resources."],
  ["an action of no service", policyOf({ ...allow, Action: "Encrypt" }), vendor],
  [
    "a resource that is no ARN",
    policyOf({ ...allow, Resource: ["*", "alias/a"] }),
    'Resource alias/a must be in ARN format or "*".',
  ],
  [
    "a Sid with a space",
    policyOf({ ...allow, Sid: "a b" }),
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
  ],
  [
    "a Sid that stands twice",
    policyOf({ ...allow, Sid: "a" }, { ...deny, Sid: "a" }),
    "Statement IDs (SID) in a single policy must be unique.",
  ],
])("%s is refused in IAM's words", (_, text, message) => {
  expect(refusal(text)).toBe(message);
});

describe("all policies of an identity together", () => {
  const other = { ...allow, Action: "kms:Decrypt" };

  test("say nothing when there are none, or none speaks of the request", () => {
    expect(decide()).toEqual({ effect: "none" });
    expect(decide([other], [{ ...deny, Resource: `${key}x` }])).toEqual({ effect: "none" });
  });

  test("allow when one does, and say which", () => {
    expect(decide([other], [other, allow])).toEqual({
      effect: "allow",
      policyIndex: 1,
      statementIndex: 1,
    });
  });

  test("deny when one does, whatever the others allow", () => {
    expect(decide([allow], [other, deny], [allow])).toEqual({
      effect: "deny",
      policyIndex: 1,
      statementIndex: 1,
    });
  });

  test("deny what would take too long to find out", () => {
    const pattern = `arn:aws:kms:*:*:${"*a".repeat(200)}`;
    const many = Array.from({ length: 400 }, () => ({ ...allow, Resource: pattern }));
    const compiled = [compilePolicy(parseIdentityPolicy(policyOf(...many, allow)))];
    const request = {
      principal: bob,
      action: "kms:Encrypt",
      resource: `arn:aws:kms:us-west-2:${accountId}:key/${"a".repeat(2_000)}b`,
      context: new Map(),
    };
    expect(evaluateIdentityPolicies(compiled, request)).toEqual({ effect: "deny" });
  });
});

function decide(...policies: readonly (readonly object[])[]) {
  const compiled = policies.map((statements) =>
    compilePolicy(parseIdentityPolicy(policyOf(...statements))),
  );
  return evaluateIdentityPolicies(compiled, {
    principal: bob,
    action: "kms:Encrypt",
    resource: key,
    context: new Map(),
  });
}
