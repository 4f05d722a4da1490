import { describe, expect, test } from "vitest";
import { parseTrustPolicy } from "./trust-document.ts";

const root = { AWS: "arn:aws:iam::111122223333:root" };
const sound = { Effect: "Allow", Principal: root, Action: "sts:AssumeRole" };
const trust = (changes: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { ...sound, ...changes } });

describe("a trust policy", () => {
  test.each([
    ["an account", { AWS: "111122223333" }],
    ["everybody", "*"],
    ["a user", { AWS: "arn:aws:iam::111122223333:user/team/bob" }],
    ["a session", { AWS: "arn:aws:sts::111122223333:assumed-role/app/one" }],
    ["a service", { Service: "ec2.amazonaws.com" }],
    ["an identity provider", { Federated: "accounts.google.com" }],
  ])("may trust %s", (_, Principal) => {
    expect(parseTrustPolicy(trust({ Principal })).statements).toMatchObject([
      { effect: "Allow", resource: { negated: false, values: ["*"] } },
    ]);
  });

  test.each([
    "sts:*",
    "sts:Assume*",
    ["sts:AssumeRole", "sts:TagSession"],
    "STS:SETSOURCEIDENTITY",
  ])("may be about %s", (Action) => {
    expect(() => parseTrustPolicy(trust({ Action }))).not.toThrow();
  });

  test.each([
    ["no JSON", "{", "This policy contains invalid Json"],
    ["a repeated member", '{"Version":"2012-10-17","Version":"2012-10-17"}', "invalid Json"],
    ["no statement", '{"Version":"2012-10-17"}', "Syntax errors in policy."],
    ["a Resource", trust({ Resource: "*" }), "Has prohibited field Resource"],
    ["a NotResource", trust({ NotResource: "*" }), "Has prohibited field NotResource"],
    ["a NotAction", trust({ NotAction: "sts:*" }), "Has prohibited field NotAction"],
    ["no principal", trust({ Principal: undefined }), "Missing required field Principal"],
    ["no action", trust({ Action: undefined }), "Policy statement must contain actions."],
    [
      "an action without a vendor",
      trust({ Action: "AssumeRole" }),
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ],
    [
      "another service's action",
      trust({ Action: "s3:GetObject" }),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    ["every action", trust({ Action: "*" }), "may only specify STS AssumeRole actions."],
    [
      "a principal that can be nobody",
      trust({ Principal: { AWS: "arn:aws:iam::111122223333:user/b*" } }),
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/b*"',
    ],
    [
      "a service that can be none",
      trust({ Principal: { Service: "ec2" } }),
      'Invalid principal in policy: "SERVICE":"ec2"',
    ],
    ["a name for a principal", trust({ Principal: "bob" }), 'principal in policy: "AWS":"bob"'],
    [
      "an Allow for all but some",
      trust({ Principal: undefined, NotPrincipal: root }),
      "Syntax errors in policy.",
    ],
    ["an unknown element", trust({ Because: "" }), "Syntax errors in policy."],
    ["an odd Sid", trust({ Sid: "a b" }), "Statement IDs (SID) must be alpha-numeric."],
    [
      "a Sid twice",
      JSON.stringify({
        Statement: [
          { ...sound, Sid: "a" },
          { ...sound, Sid: "a" },
        ],
      }),
      "Statement IDs (SID) in a single policy must be unique.",
    ],
  ])("with %s is refused", (_, text, message) => {
    expect(() => parseTrustPolicy(text)).toThrow(message);
  });
});
