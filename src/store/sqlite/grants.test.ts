import { describe, expect, test } from "vitest";
import { aGrant, aKey, firstPage, keyName, openTestStore } from "../../../test/store-bench.ts";
import type { GranteeTerms, GrantRecord } from "../records.ts";
import { type Change, type Store, StoreConflict } from "../store.ts";

const grantee = "arn:aws:iam::444455556666:root";
const storedKey: Change = { kind: "insert", table: "keys", record: aKey() };

function inserted(...grants: readonly Partial<GrantRecord>[]): Change[] {
  return grants.map((grant) => ({ kind: "insert", table: "grants", record: aGrant(grant) }));
}

async function storeWith(...grants: readonly Partial<GrantRecord>[]): Promise<Store> {
  const store = await openTestStore();
  await store.commit([storedKey, ...inserted(...grants)]);
  return store;
}

function idsOf(grants: readonly GrantRecord[]): string[] {
  return grants.map(({ grantId }) => grantId);
}

async function termsOf(store: Store): Promise<GranteeTerms> {
  return await store.findGranteeTerms(keyName, grantee);
}

async function operationsOf(store: Store): Promise<string[]> {
  const { inAnyContext } = await termsOf(store);
  return inAnyContext.map(({ operations }) => operations.join()).toSorted();
}

test("a grant comes back as it was stored", async () => {
  const grant = aGrant({
    retiring: grantee,
    name: "named",
    operations: ["Decrypt", "Encrypt"],
    constraints: {
      EncryptionContextEquals: { ["__proto__"]: "é\udfff" },
      EncryptionContextSubset: {},
      SourceArn: "arn:aws:s3:::b",
    },
    requestHash: "h",
  });
  const store = await storeWith(grant);
  expect(await store.findGrant(keyName, grant.grantId)).toEqual(grant);
  expect(await store.findGrantByRequest(keyName, "h")).toEqual(grant);
  expect(await store.findGrantByRequest({ ...keyName, keyId: "x" }, "h")).toBeUndefined();
});

test("grants are listed by id, of a key, of a grantee, and by who may retire them", async () => {
  const store = await storeWith(
    { grantId: "c", retiring: "r" },
    { grantId: "a", grantee: "other", retiring: "r" },
    { grantId: "b" },
  );
  await store.commit([
    { kind: "insert", table: "keys", record: aKey({ keyId: "2", accountId: "other" }) },
    { kind: "insert", table: "keys", record: aKey({ region: "elsewhere" }) },
    ...inserted(
      { keyId: "2", accountId: "other", grantId: "b", retiring: "r" },
      { region: "elsewhere", grantId: "d", retiring: "r" },
    ),
  ]);
  const { region } = keyName;
  expect(idsOf(await store.listGrants(keyName, undefined, firstPage))).toEqual(["a", "b", "c"]);
  expect(idsOf(await store.listGrants(keyName, grantee, firstPage))).toEqual(["b", "c"]);
  expect(idsOf(await store.listGrants(keyName, grantee, { after: "b", limit: 9 }))).toEqual(["c"]);
  expect(idsOf(await store.listRetirableGrants(region, "r", firstPage))).toEqual(["a", "b", "c"]);
  const second = { after: "a", limit: 1 };
  expect(idsOf(await store.listRetirableGrants(region, "r", second))).toEqual(["b"]);
});

test("StoreConflict for a second grant that was asked for in the same words", async () => {
  const store = await storeWith({ requestHash: "h" });
  const again = store.commit(inserted({ grantId: "2", requestHash: "h" }));
  await expect(again).rejects.toThrow(StoreConflict);
  await store.commit(inserted({ grantId: "3" }, { grantId: "4" }));
  expect(await store.listGrants(keyName, undefined, firstPage)).toHaveLength(3);
});

describe("the terms of a grantee", () => {
  const bucket = { operations: ["Decrypt"], contextKey: "pair:a" };

  test("are each there once, and change with the grants, before that is acknowledged", async () => {
    const sign = { operations: ["Sign"] };
    const store = await storeWith({ grantId: "1" }, { grantId: "2" }, { grantId: "3", ...sign });
    expect(await operationsOf(store)).toEqual(["Encrypt", "Sign"]);
    expect((await termsOf(store)).inSomeContext).toBe(false);
    const record = aGrant({ grantId: "3", ...sign });
    await store.commit([{ kind: "delete", table: "grants", record }]);
    expect(await operationsOf(store)).toEqual(["Encrypt"]);
    await store.commit(inserted({ grantId: "4", operations: ["Verify"] }));
    expect(await operationsOf(store)).toEqual(["Encrypt", "Verify"]);
    await store.commit(inserted({ grantId: "5", ...bucket }));
    expect(await operationsOf(store)).toEqual(["Encrypt", "Verify"]);
    expect((await termsOf(store)).inSomeContext).toBe(true);
  });

  test("are found by what a request has, where they ask for something", async () => {
    const store = await storeWith(
      { grantId: "1" },
      { grantId: "2", ...bucket },
      { grantId: "3", ...bucket },
      { grantId: "4", ...bucket, contextKey: "pair:b", operations: ["DescribeKey"] },
      { grantId: "5", ...bucket, grantee: "other" },
      { grantId: "6", ...bucket, contextKey: "source:x", operations: ["Sign"] },
    );
    const inContext = async (operation: string, ...contextKeys: string[]) => {
      const wanted = { operation, contextKeys };
      const found = await store.listGrantTermsInContext(keyName, grantee, wanted);
      return found.map(({ operations }) => operations.join());
    };
    expect(await inContext("Decrypt", "pair:a", "pair:x")).toEqual(["Decrypt"]);
    expect(await inContext("Decrypt", "pair:b", "pair:a")).toEqual(["Decrypt"]);
    expect(await inContext("Encrypt", "pair:b", "pair:a")).toEqual([]);
    expect(await inContext("Decrypt", "")).toEqual([]);
    expect(await inContext("Decrypt")).toEqual([]);
    const toDescribe = async (prefix: string) =>
      await store.hasGrantToDescribe(keyName, grantee, prefix);
    expect([await toDescribe("pair:"), await toDescribe("source:")]).toEqual([true, false]);
    expect(await store.countGrantsInContext(keyName, grantee, "pair:a")).toBe(2);
    expect(await store.countGrantsInContext(keyName, grantee, "")).toBe(0);
  });

  test("are a thousand at most, of those that differ", async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => `${index}`);
    const store = await storeWith(
      ...many.map((grantId) => ({ grantId, constraints: { SourceArn: grantId } })),
      ...many.map((index) => ({
        ...bucket,
        grantId: `c${index}`,
        constraints: { EncryptionContextSubset: { a: "1", index } },
      })),
    );
    expect((await termsOf(store)).inAnyContext).toHaveLength(1_000);
    const wanted = { operation: "Decrypt", contextKeys: ["pair:a"] };
    const found = await store.listGrantTermsInContext(keyName, grantee, wanted);
    expect(found).toHaveLength(1_000);
  });

  test("that has none are remembered as none, until there are some", async () => {
    const store = await storeWith();
    const first = await termsOf(store);
    expect(first).toEqual({ inAnyContext: [], inSomeContext: false });
    expect(await termsOf(store)).toBe(first);
    await store.commit(inserted({}));
    expect(await operationsOf(store)).toEqual(["Encrypt"]);
    const other = await store.findGranteeTerms(keyName, "somebody else");
    expect(other.inAnyContext).toEqual([]);
  });

  test("are gone with the key", async () => {
    const store = await storeWith({});
    expect(await operationsOf(store)).toEqual(["Encrypt"]);
    await store.commit([{ kind: "delete", table: "keys", record: aKey() }]);
    expect(await operationsOf(store)).toEqual([]);
    expect(await store.listGrants(keyName, undefined, firstPage)).toEqual([]);
  });
});
