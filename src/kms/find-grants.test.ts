import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aGrant, aKey, keyName, openTestStore } from "../../test/store-bench.ts";
import type { GrantTerms } from "../store/records.ts";
import { isGranted } from "./find-grants.ts";
import { chooseContextKey } from "./grant-context-keys.ts";
import { type GrantAsk, termsAllow } from "./grant-terms.ts";
import { keyOf } from "./key.ts";

const grantee = "arn:aws:iam::444455556666:root";

const context = fc.dictionary(
  fc.constantFrom("a", "A", "b", "c", "\0", '"'),
  fc.constantFrom("1", "2", '","'),
  { maxKeys: 3 },
);
const terms: fc.Arbitrary<GrantTerms> = fc.record({
  operations: fc.subarray(["Encrypt", "DescribeKey", "CreateGrant"], { minLength: 1 }),
  constraints: fc.record(
    {
      EncryptionContextEquals: context,
      EncryptionContextSubset: context,
      SourceArn: fc.constant("arn:aws:s3:::b"),
    },
    { requiredKeys: [] },
  ),
});
const ask: fc.Arbitrary<GrantAsk> = fc.oneof(
  fc.record({
    action: fc.constant("Encrypt"),
    encryptionContext: context,
    child: fc.constant(undefined),
  }),
  fc.constant({ action: "DescribeKey", encryptionContext: undefined, child: undefined }),
  fc.record({
    action: fc.constant("CreateGrant"),
    encryptionContext: fc.constant(undefined),
    child: terms,
  }),
);

test("of many grants those are found that allow a request: looking at all would say the same", async () => {
  const store = await openTestStore();
  const key = keyOf(aKey());
  await store.commit([{ kind: "insert", table: "keys", record: aKey() }]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(terms, { maxLength: 4 }),
      fc.array(ask, { minLength: 5, maxLength: 10 }),
      async (granted, asked) => {
        const made = [];
        for (const [index, { operations, constraints }] of granted.entries()) {
          const contextKey = await chooseContextKey(constraints, { key: keyName, grantee }, store);
          const record = aGrant({ grantId: `${index}`, operations, constraints, contextKey });
          await store.commit([{ kind: "insert", table: "grants", record }]);
          made.push(record);
        }
        const found = await Promise.all(
          asked.map(async (one) => await isGranted([grantee], one, key, store)),
        );
        const expected = asked.map((one) => granted.some((some) => termsAllow(some, one)));
        expect(found).toEqual(expected);
        await store.commit(
          made.map((record) => ({ kind: "delete", table: "grants", record }) as const),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("a grant is kept under the pair that tells it apart from the others", async () => {
  const store = await openTestStore();
  await store.commit([{ kind: "insert", table: "keys", record: aKey() }]);
  const chosen = new Set<string>();
  for (let count = 1; count <= 20; count += 1) {
    const pairs = { owner: "a-long-name-that-all-have", volume: `v${count}` };
    const constraints = { EncryptionContextSubset: pairs };
    const contextKey = await chooseContextKey(constraints, { key: keyName, grantee }, store);
    const record = aGrant({ grantId: `${count}`, constraints, contextKey });
    await store.commit([{ kind: "insert", table: "grants", record }]);
    chosen.add(contextKey);
  }
  expect(chosen.size).toBeGreaterThanOrEqual(19);
});
