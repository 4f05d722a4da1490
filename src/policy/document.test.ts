import { describe, expect, test } from "vitest";
import { compilePolicy } from "./compile.ts";
import { parsePolicy } from "./document.ts";
import { PolicyError } from "./policy-error.ts";

const root = "arn:aws:iam::111122223333:root";
const statement = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };

const policyOf = (changes: object, version = "2012-10-17") =>
  JSON.stringify({ Version: version, Statement: { ...statement, ...changes } });

const withoutElement = (name: string) =>
  JSON.stringify({
    Statement: Object.fromEntries(Object.entries(statement).filter(([key]) => key !== name)),
  });

function policyOfSize(bytes: number): string {
  const text = policyOf({ Sid: "" });
  return text.replace('"Sid":""', `"Sid":"${"x".repeat(bytes - text.length)}"`);
}

function refusal(text: string): PolicyError {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("The policy was accepted.");
}

describe("a key policy", () => {
  test("is read into version, id and statements", () => {
    const text = `{
      "Version" : "2012-10-17",
      "Id" : "key-default-1",
      "Statement" : [ {
        "Sid" : "Enable IAM User Permissions",
        "Effect" : "Allow",
        "Principal" : { "AWS" : "${root}" },
        "Action" : "kms:*",
        "Resource" : "*"
      } ]
    }`;
    expect(parsePolicy(text)).toEqual({
      version: "2012-10-17",
      id: "key-default-1",
      statements: [
        {
          sid: "Enable IAM User Permissions",
          effect: "Allow",
          principal: { negated: false, values: [{ kind: "account", accountId: "111122223333" }] },
          action: { negated: false, values: ["kms:*"] },
          resource: { negated: false, values: ["*"] },
          conditions: [],
        },
      ],
    });
  });

  test("without a Version is of 2008-10-17", () => {
    expect(parsePolicy(JSON.stringify({ Statement: statement })).version).toBe("2008-10-17");
  });

  test("may give one value where a list would do, and the other way round", () => {
    const one = parsePolicy(policyOf({ Condition: { Bool: { "aws:SecureTransport": "true" } } }));
    const many = parsePolicy(
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            ...statement,
            Principal: { AWS: [root] },
            Action: ["kms:*"],
            Resource: ["*"],
            Condition: { Bool: { "aws:SecureTransport": ["true"] } },
          },
        ],
      }),
    );
    expect(many).toEqual(one);
  });

  test("has its condition values as text, numbers as they were written", () => {
    const text = policyOf({}).replace(
      '"Resource"',
      '"Condition":{"NumericLessThan":{"kms:RotationPeriodInDays":[90, 1.50e2, "7"]},' +
        '"Bool":{"aws:SecureTransport":true}},"Resource"',
    );
    expect(parsePolicy(text).statements[0]?.conditions).toEqual([
      {
        operator: "NumericLessThan",
        key: "kms:RotationPeriodInDays",
        values: ["90", "1.50e2", "7"],
      },
      { operator: "Bool", key: "aws:SecureTransport", values: ["true"] },
    ]);
  });

  test.each(["Action", "Resource"])("without %s is accepted and matches nothing", (name) => {
    const compiled = compilePolicy(parsePolicy(withoutElement(name)));
    expect(compiled).toEqual({ denials: [], allowances: [] });
  });

  test("may be 32,768 bytes long and not one byte longer", () => {
    expect(() => parsePolicy(policyOfSize(32_768))).not.toThrow();
    expect(refusal(policyOfSize(32_769)).reason).toBe("too-large");
  });

  test("is measured in UTF-8 bytes", () => {
    expect(() => parsePolicy(policyOf({ Sid: "é".repeat(16_000) }))).not.toThrow();
    expect(refusal(policyOf({ Sid: "é".repeat(16_400) })).reason).toBe("too-large");
  });

  test("that is too large is refused as such before anything else is read", () => {
    expect(refusal("{".repeat(10_000_000)).reason).toBe("too-large");
  });
});

describe("a key policy is malformed when", () => {
  test.each([
    ["it is not JSON", "policy"],
    ["it is a list", "[]"],
    ["it is a string", '"{}"'],
    ["it is null", "null"],
    ["it has no Statement", '{"Version":"2012-10-17"}'],
    ["its Statement is an empty list", '{"Statement":[]}'],
    ["its Statement is a string", '{"Statement":"*"}'],
    ["a statement is null", '{"Statement":[null]}'],
    ["its statements are nested lists", JSON.stringify({ Statement: [[statement]] })],
    ["its Version is unknown", policyOf({}, "2012-10-18")],
    ["its Version is a number", JSON.stringify({ Version: 2012, Statement: statement })],
    ["its Id is not a string", JSON.stringify({ Id: 1, Statement: statement })],
    ["it has an unknown element", JSON.stringify({ Statement: statement, Comment: "x" })],
    ["an element is spelt in another case", JSON.stringify({ statement })],
    ["it repeats Statement", '{"Statement":[],"Statement":[]}'],
    ["it has an element named __proto__", '{"__proto__":{},"Statement":[]}'],
    ["a statement has an unknown element", policyOf({ Actions: "kms:*" })],
    ["a statement has an element named __proto__", policyOf({}).replace("Effect", "__proto__")],
    ["Sid is not a string", policyOf({ Sid: 7 })],
    ["Effect is missing", withoutElement("Effect")],
    ["Effect is in another case", policyOf({ Effect: "allow" })],
    ["Effect is a list", policyOf({ Effect: ["Allow"] })],
    ["Principal is missing", withoutElement("Principal")],
    ["it has both Principal and NotPrincipal", policyOf({ NotPrincipal: { AWS: root } })],
    ["NotPrincipal comes with Allow", withoutPrincipal({ NotPrincipal: { AWS: root } })],
    ["Principal is a list", policyOf({ Principal: [root] })],
    ["Principal is null", policyOf({ Principal: null })],
    ["Principal has an unknown type", policyOf({ Principal: { Aws: root } })],
    ["Principal has a type of S3's", policyOf({ Principal: { CanonicalUser: "79a59df9" } })],
    ["Principal has an element named __proto__", policyOf({ Principal: '{"__proto__":"*"}' })],
    ["a principal is a number", policyOf({ Principal: { AWS: 111122223333 } })],
    ["it has both Action and NotAction", policyOf({ NotAction: "kms:Encrypt" })],
    ["an action has no vendor", policyOf({ Action: "Encrypt" })],
    ["an action has a wildcard for vendor", policyOf({ Action: "k*:Encrypt" })],
    ["an action is empty", policyOf({ Action: "" })],
    ["an action names no operation", policyOf({ Action: "kms:" })],
    ["an action holds a variable", policyOf({ Action: "kms:${aws:username}" })],
    ["an action is not a string", policyOf({ Action: ["kms:*", 1] })],
    ["Action is an object", policyOf({ Action: { kms: "*" } })],
    ["it has both Resource and NotResource", policyOf({ NotResource: "*" })],
    ["a resource is not an ARN", policyOf({ Resource: "alias/x" })],
    ["a resource is an ARN cut short", policyOf({ Resource: "arn:aws:kms:*" })],
    ["a resource does not begin with arn", policyOf({ Resource: "*:aws:kms:*:*:*" })],
    ["a resource has a wildcard for its service", policyOf({ Resource: "arn:aws:k*:*:*:*" })],
    ["a resource has a variable too early", policyOf({ Resource: "arn:aws:kms:${a:b}:*:*" })],
    ["a variable in a resource does not end", policyOf({ Resource: "arn:aws:kms:*:*:${a:b" })],
    ["a resource is null", policyOf({ Resource: [null] })],
    ["Condition is a list", policyOf({ Condition: [] })],
    ["a condition operator holds a string", policyOf({ Condition: { Bool: "true" } })],
  ])("%s", (_, text) => {
    const { reason, message } = refusal(text);
    // A lone string for a principal is the one case AWS words as an invalid principal.
    expect(reason).toBe(text.includes('{\\"__proto__\\"') ? "invalid-principal" : "malformed");
    expect(message).not.toBe("");
  });

  function withoutPrincipal(changes: object): string {
    return JSON.stringify({ Statement: { ...statement, Principal: undefined, ...changes } });
  }

  test.each([
    ["an unknown operator", "StringMatches", "aws:userid", "x"],
    ["an unknown set operator", "ForSomeValues:StringEquals", "aws:userid", "x"],
    ["a set operator twice", "ForAllValues:ForAnyValue:StringEquals", "aws:userid", "x"],
    ["IfExists twice", "StringEqualsIfExistsIfExists", "aws:userid", "x"],
    ["Null with IfExists", "NullIfExists", "aws:userid", "true"],
    ["Null with a set operator", "ForAllValues:Null", "aws:userid", "true"],
    ["a key without a vendor", "StringEquals", "userid", "x"],
    ["a key that ends at its colon", "StringEquals", "aws:", "x"],
    ["a null value", "StringEquals", "aws:userid", null],
    ["a nested value", "StringEquals", "aws:userid", [["x"]]],
    ["an object for a value", "StringEquals", "aws:userid", { a: "b" }],
    ["Null with neither true nor false", "Null", "aws:userid", "yes"],
    ["Bool with neither true nor false", "Bool", "aws:SecureTransport", "1"],
    ["a number that is none", "NumericEquals", "kms:RotationPeriodInDays", "9O"],
    ["a date that is none", "DateLessThan", "aws:CurrentTime", "2026-02-30"],
    ["a date in words", "DateLessThan", "aws:CurrentTime", "tomorrow"],
    ["base64 that is none", "BinaryEquals", "x:y", "a b="],
    ["an address that is none", "IpAddress", "aws:SourceIp", "192.0.2"],
    ["a prefix that is too long", "IpAddress", "aws:SourceIp", "192.0.2.0/33"],
    ["a variable for an address", "IpAddress", "aws:SourceIp", "${aws:SourceIp}"],
    ["an ARN that is none", "ArnLike", "aws:SourceArn", "arn:aws:s3"],
    ["a variable that does not end", "StringEquals", "aws:userid", "${aws:username"],
    ["a variable without a name", "StringEquals", "aws:userid", "${}"],
    ["a default without quotes", "StringEquals", "aws:userid", "${aws:username, x}"],
    ["a default that does not end", "StringEquals", "aws:userid", "${aws:username, 'x}"],
    ["a variable in a variable", "StringEquals", "aws:userid", "${aws:${aws:userid}}"],
  ])("a condition has %s", (_, operator, key, value) => {
    const { reason, message } = refusal(policyOf({ Condition: { [operator]: { [key]: value } } }));
    expect(reason).toBe("malformed");
    expect(message).toMatch(/^Statement 1: /);
  });

  test("a condition repeats a key or an operator in another case", () => {
    const keys = { StringEquals: { "aws:userid": "a", "AWS:UserId": "b" } };
    const operators = { StringEquals: { "a:b": "c" }, stringequals: { "a:b": "d" } };
    expect(refusal(policyOf({ Condition: keys })).reason).toBe("malformed");
    expect(refusal(policyOf({ Condition: operators })).reason).toBe("malformed");
  });

  test("one of its statements is, and says which", () => {
    const text = JSON.stringify({ Statement: [statement, { ...statement, Effect: "Grant" }] });
    expect(refusal(text).message).toBe("Statement 2: Effect must be Allow or Deny.");
  });
});

describe("a principal", () => {
  test.each([
    ["*", "everyone"],
    ["111122223333", "account"],
    [root, "account"],
    ["arn:aws-cn:iam::111122223333:root", "account"],
    ["arn:aws-us-gov:iam::111122223333:root", "account"],
    ["arn:aws:iam::111122223333:user/Bob", "user"],
    ["arn:aws:iam::111122223333:user/division/sub/Bob", "user"],
    ["arn:aws:iam::111122223333:user/b_o+b=,.@-", "user"],
    ["arn:aws:iam::111122223333:role/service-role/Build", "role"],
    ["arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleX", "role"],
    ["arn:aws:sts::111122223333:assumed-role/Build/session-1", "assumed-role"],
    ["arn:aws:sts::111122223333:federated-user/Bob", "federated-user"],
    ["AIDACKCEVSQ6C2EXAMPLE", "unique-id"],
    ["AROADBQP57FF2AEXAMPLE", "unique-id"],
  ])("may be %s: %s", (text, kind) => {
    const { statements } = parsePolicy(policyOf({ Principal: { AWS: text } }));
    expect(statements[0]?.principal?.values).toEqual([expect.objectContaining({ kind })]);
  });

  test("may be a service, a federated provider, or several at once", () => {
    const Principal = {
      Service: "cloudtrail.amazonaws.com",
      Federated: ["accounts.google.com", "arn:aws:iam::111122223333:saml-provider/idp"],
      AWS: ["111122223333", "*"],
    };
    const { statements } = parsePolicy(policyOf({ Principal }));
    expect(statements[0]?.principal?.values).toEqual([
      { kind: "service", name: "cloudtrail.amazonaws.com" },
      { kind: "federated", provider: "accounts.google.com" },
      { kind: "federated", provider: "arn:aws:iam::111122223333:saml-provider/idp" },
      { kind: "account", accountId: "111122223333" },
      { kind: "everyone" },
    ]);
  });

  test.each([
    "",
    "**",
    "11112222333",
    "1111222233334",
    "Bob",
    "arn:aws:iam::111122223333:*",
    "arn:aws:iam::*:root",
    "arn:*:iam::111122223333:root",
    "arn:aws:iam::11112222333:root",
    "arn:aws:iam:us-east-1:111122223333:root",
    "arn:aws:iam::111122223333:user/",
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:iam::111122223333:user/team/*/Bob",
    "arn:aws:iam::111122223333:user/Bob?",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "arn:aws:iam::111122223333:group/Admins",
    "arn:aws:iam::111122223333:policy/Admins",
    "arn:aws:iam::111122223333:instance-profile/x",
    "arn:aws:iam::111122223333:User/Bob",
    `arn:aws:iam::111122223333:user/${"x".repeat(65)}`,
    `arn:aws:iam::111122223333:user/${"p".repeat(512)}/Bob`,
    "arn:aws:iam::111122223333:assumed-role/Build/session-1",
    "arn:aws:sts::111122223333:assumed-role/Build",
    "arn:aws:sts::111122223333:assumed-role/Build/*",
    "arn:aws:sts::111122223333:assumed-role/path/Build/session-1",
    "arn:aws:sts::111122223333:federated-user/*",
    "arn:aws:sts::111122223333:role/Build",
    "arn:aws:kms:us-east-1:111122223333:key/1",
    "AIDA",
    "AKIAIOSFODNN7EXAMPLE",
    " 111122223333",
    "111122223333\n",
  ])("cannot be %j", (text) => {
    const { reason, message } = refusal(policyOf({ Principal: { AWS: text } }));
    expect(reason).toBe("invalid-principal");
    expect(message).toBe("Policy contains a statement with one or more invalid principals.");
  });

  test.each([
    [{ Service: "*" }],
    [{ Service: "cloudtrail" }],
    [{ Service: "*.amazonaws.com" }],
    [{ Federated: "*" }],
    [{ Federated: "arn:aws:iam::111122223333:saml-provider/*" }],
    [{ Federated: root }],
    [root],
    ["111122223333"],
  ])("cannot be %j", (Principal) => {
    expect(refusal(policyOf({ Principal })).reason).toBe("invalid-principal");
  });
});
