import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compilePolicy } from "./compile.ts";
import { parsePolicy } from "./document.ts";
import { evaluateResourcePolicy } from "./evaluate.ts";
import { type OwnPolicies, ownEffects, ownVerdict, weigh } from "./own-policies.ts";

/**
 * What takes permissions away never gives any: policies made at random, a change that
 * takes away, and a request that was not allowed before.
 */
interface Plain {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string;
  readonly Resource: string;
}

const accountId = "111122223333";
const keyArn = `arn:aws:kms:eu-west-1:${accountId}:key/1`;
const actions = fc.constantFrom("kms:Encrypt", "kms:Decrypt", "kms:*", "*", "iam:*", "kms:?ncrypt");
const statements = fc.record<Plain>({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Action: actions,
  Resource: fc.constantFrom("*", keyArn, `${keyArn}0`),
});
const documents = fc.array(statements, { minLength: 1, maxLength: 3 });
const callers = fc.record({
  identity: fc.array(documents, { maxLength: 4 }),
  boundary: fc.option(documents, { nil: undefined }),
});
const principals = fc.constantFrom<object | string>(
  "*",
  { AWS: accountId },
  { AWS: "444455556666" },
  { AWS: "AIDACKCEVSQ6C2EXAMPLE" },
);

type Made = typeof callers extends fc.Arbitrary<infer Value> ? Value : never;

function textOf(Statement: readonly Plain[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function ownPolicies({ identity, boundary }: Made): OwnPolicies {
  return {
    identityPolicies: identity.map(textOf),
    permissionsBoundary: boundary && textOf(boundary),
    sessionPolicy: undefined,
  };
}

const takenAway = {
  "adding a boundary": (made: Made, boundary: readonly Plain[]): Made =>
    made.boundary === undefined ? { ...made, boundary: [...boundary] } : made,
  "adding a deny": (made: Made, [first]: readonly Plain[]): Made => ({
    ...made,
    identity: [
      ...made.identity,
      first === undefined ? [] : [{ ...first, Effect: "Deny" as const }],
    ].filter((document) => document.length > 0),
  }),
  "detaching a policy that only allows": (made: Made): Made => {
    const gone = made.identity.findIndex((document) =>
      document.every(({ Effect }) => Effect === "Allow"),
    );
    return { ...made, identity: made.identity.filter((_, index) => index !== gone) };
  },
};

test.each(Object.entries(takenAway))("%s never turns deny into allow", (_name, take) => {
  const holds = fc.property(
    callers,
    documents,
    fc.tuple(principals, statements),
    fc.constantFrom("kms:Encrypt", "kms:Decrypt"),
    fc.constantFrom(accountId, "444455556666"),
    (made, extra, [Principal, keyStatement], action, callerAccount) => {
      const arn = `arn:aws:iam::${callerAccount}:user/bob`;
      const principal = {
        type: "user",
        accountId: callerAccount,
        arn,
        id: "AIDACKCEVSQ6C2EXAMPLE",
      } as const;
      const request = { principal, action, resource: keyArn, context: new Map<string, string>() };
      const Statement = { ...keyStatement, Resource: "*", Principal };
      const keyPolicy = compilePolicy(parsePolicy(JSON.stringify({ Statement })));
      const resource = evaluateResourcePolicy(keyPolicy, request);
      const allowed = (policies: OwnPolicies): readonly boolean[] => {
        const own = ownEffects(policies, request);
        return [weigh(resource, own, callerAccount === accountId), ownVerdict(own)].map(
          ({ effect }) => effect === "allow",
        );
      };
      const before = allowed(ownPolicies(made));
      return allowed(ownPolicies(take(made, extra))).every(
        (isAllowed, index) => !isAllowed || before[index] === true,
      );
    },
  );
  expect(() => fc.assert(holds, { numRuns: 500 })).not.toThrow();
});
