import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GrantConstraintsRecord, GrantTerms } from "../store/records.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import { termsAllow } from "./grant-terms.ts";

const operations = ["Encrypt", "Decrypt", "DescribeKey", "CreateGrant"];

function allows(constraints: GrantConstraintsRecord, context: EncryptionContext): boolean {
  const ask = { action: "Encrypt", encryptionContext: context, child: undefined };
  return termsAllow({ operations, constraints }, ask);
}

function mayMake(above: GrantTerms, child: GrantTerms): boolean {
  return termsAllow(above, { action: "CreateGrant", encryptionContext: undefined, child });
}

function parent(constraints: GrantConstraintsRecord): GrantTerms {
  return { operations, constraints };
}

/** What stands in a context, name by name: the plain meaning of the constraints. */
function meaning(context: EncryptionContext): string[] {
  return Object.entries(context).map(([name, value]) =>
    JSON.stringify([name.toLowerCase(), value]),
  );
}

/** Few names and values, so that they meet; names that differ in case only among them. */
const contexts = fc.dictionary(
  fc.constantFrom("a", "A", "b", "B", "É", "é", "__proto__", "constructor"),
  fc.constantFrom("1", "2", "x", "X"),
  { maxKeys: 4 },
);
const plain = fc.dictionary(fc.constantFrom("a", "b", "C", "d"), fc.constantFrom("1", "2"));
const constraintsOf = (context: typeof contexts) =>
  fc.record(
    { EncryptionContextEquals: context, EncryptionContextSubset: context },
    { requiredKeys: [] },
  );

describe("EncryptionContextEquals", () => {
  test("holds for the same pairs, in any order, and no others", () => {
    fc.assert(
      fc.property(contexts, contexts, (wanted, context) => {
        const same =
          JSON.stringify(meaning(wanted).toSorted()) ===
          JSON.stringify(meaning(context).toSorted());
        expect(allows({ EncryptionContextEquals: wanted }, context)).toBe(same);
      }),
    );
    fc.assert(
      fc.property(contexts, (context) => {
        const reversed = Object.fromEntries(Object.entries(context).toReversed());
        expect(allows({ EncryptionContextEquals: reversed }, context)).toBe(true);
      }),
    );
  });

  test("takes names in any case, and values in theirs", () => {
    const constraint = { EncryptionContextEquals: { Tenant: "Blue" } };
    expect(allows(constraint, { tenant: "Blue" })).toBe(true);
    expect(allows(constraint, { Tenant: "blue" })).toBe(false);
    expect(allows(constraint, { Tenant: "Blue", other: "x" })).toBe(false);
    expect(allows(constraint, { tenant: "Blue", Tenant: "Blue" })).toBe(false);
    expect(allows(constraint, {})).toBe(false);
  });

  test("of no pairs holds for no context only", () => {
    expect(allows({ EncryptionContextEquals: {} }, {})).toBe(true);
    expect(allows({ EncryptionContextEquals: {} }, { a: "1" })).toBe(false);
  });
});

describe("EncryptionContextSubset", () => {
  test("holds for a context with all its pairs, whatever else is there", () => {
    fc.assert(
      fc.property(plain, plain, (wanted, context) => {
        const present = new Set(meaning(context));
        const contained = meaning(wanted).every((pair) => present.has(pair));
        expect(allows({ EncryptionContextSubset: wanted }, context)).toBe(contained);
      }),
    );
  });

  test("never holds for a context that lacks one of its pairs, however names are written", () => {
    fc.assert(
      fc.property(contexts, contexts, (wanted, context) => {
        const present = new Set(meaning(context));
        fc.pre(meaning(wanted).some((pair) => !present.has(pair)));
        expect(allows({ EncryptionContextSubset: wanted }, context)).toBe(false);
      }),
    );
  });

  test("does not hold for a name that is sent twice, with another value", () => {
    const constraint = { EncryptionContextSubset: { tenant: "blue" } };
    expect(allows(constraint, { tenant: "blue", other: "x" })).toBe(true);
    expect(allows(constraint, { tenant: "blue", Tenant: "red" })).toBe(false);
  });
});

test("both constraints in one grant have to hold", () => {
  fc.assert(
    fc.property(constraintsOf(contexts), contexts, (constraints, context) => {
      const { EncryptionContextEquals, EncryptionContextSubset } = constraints;
      const each = [
        EncryptionContextEquals === undefined || allows({ EncryptionContextEquals }, context),
        EncryptionContextSubset === undefined || allows({ EncryptionContextSubset }, context),
      ];
      expect(allows(constraints, context)).toBe(each.every(Boolean));
    }),
  );
});

test("context constraints do not concern operations without a context", () => {
  const constraints = { EncryptionContextEquals: { a: "1" } };
  const describeKey = { action: "DescribeKey", encryptionContext: undefined, child: undefined };
  expect(termsAllow({ operations, constraints }, describeKey)).toBe(true);
});

test("a SourceArn is met by no request, for none is made on behalf of a resource", () => {
  const terms = { operations, constraints: { SourceArn: "arn:aws:s3:::bucket" } };
  for (const action of operations) {
    const ask = { action, encryptionContext: undefined, child: undefined };
    expect(termsAllow(terms, ask)).toBe(false);
  }
});

test("an operation that is not among the grant's is not allowed", () => {
  const ask = { action: "ReEncryptTo", encryptionContext: {}, child: undefined };
  expect(termsAllow({ operations, constraints: {} }, ask)).toBe(false);
});

describe("a grant made by a grantee", () => {
  test("allows no request that its parent does not allow", () => {
    const some = fc.subarray(["Encrypt", "Decrypt", "Sign"], { minLength: 1 });
    fc.assert(
      fc.property(
        constraintsOf(contexts),
        constraintsOf(contexts),
        some,
        contexts,
        (above, below, ops, context) => {
          const child = { operations: ops, constraints: below };
          fc.pre(mayMake(parent(above), child));
          const asks = ops.map((action) => ({
            action,
            encryptionContext: context,
            child: undefined,
          }));
          const more = asks.filter(
            (ask) => termsAllow(child, ask) && !termsAllow(parent(above), ask),
          );
          expect(more).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, GrantConstraintsRecord, GrantConstraintsRecord, boolean]>([
    [
      "the same subset",
      { EncryptionContextSubset: { a: "1" } },
      { EncryptionContextSubset: { A: "1" } },
      true,
    ],
    [
      "a pair more",
      { EncryptionContextSubset: { a: "1" } },
      { EncryptionContextSubset: { a: "1", b: "2" } },
      true,
    ],
    [
      "equal instead of subset",
      { EncryptionContextSubset: { a: "1" } },
      { EncryptionContextEquals: { a: "1", b: "2" } },
      true,
    ],
    [
      "subset instead of equal",
      { EncryptionContextEquals: { a: "1" } },
      { EncryptionContextSubset: { a: "1" } },
      false,
    ],
    [
      "another value",
      { EncryptionContextSubset: { a: "1" } },
      { EncryptionContextSubset: { a: "2" } },
      false,
    ],
    [
      "a pair less",
      { EncryptionContextSubset: { a: "1", b: "2" } },
      { EncryptionContextSubset: { a: "1" } },
      false,
    ],
    ["no constraint", { EncryptionContextSubset: { a: "1" } }, {}, false],
    ["a constraint where the parent has none", {}, { EncryptionContextEquals: { a: "1" } }, true],
  ])("with %s", (_what, above, below, allowed) => {
    expect(mayMake(parent(above), { operations: ["Encrypt"], constraints: below })).toBe(allowed);
  });

  test("may not allow an operation more", () => {
    expect(mayMake(parent({}), { operations: ["Encrypt", "Sign"], constraints: {} })).toBe(false);
    expect(mayMake(parent({}), { operations: ["Encrypt", "CreateGrant"], constraints: {} })).toBe(
      true,
    );
  });
});
