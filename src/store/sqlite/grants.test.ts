import { describe, expect, test } from "vitest";
import { aGrant, aKey, firstPage, keyName, openTestStore } from "../../../test/store-bench.ts";
import type { GrantRecord } from "../records.ts";
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
  test("are each there once, and change with the grants, before that is acknowledged", async () => {
    const decrypt = { operations: ["Decrypt"] };
    const store = await storeWith({ grantId: "1" }, { grantId: "2" }, { grantId: "3", ...decrypt });
    const terms = async () =>
      (await store.listGrantTerms(keyName, grantee)).map(({ operations }) => operations.join());
    expect((await terms()).toSorted()).toEqual(["Decrypt", "Encrypt"]);
    const record = aGrant({ grantId: "3", ...decrypt });
    await store.commit([{ kind: "delete", table: "grants", record }]);
    expect(await terms()).toEqual(["Encrypt"]);
    await store.commit(inserted({ grantId: "4", operations: ["Sign"] }));
    expect((await terms()).toSorted()).toEqual(["Encrypt", "Sign"]);
  });

  test("that has none are remembered as none, until there are some", async () => {
    const store = await storeWith();
    const first = await store.listGrantTerms(keyName, grantee);
    expect(first).toEqual([]);
    expect(await store.listGrantTerms(keyName, grantee)).toBe(first);
    await store.commit(inserted({}));
    expect(await store.listGrantTerms(keyName, grantee)).toHaveLength(1);
    expect(await store.listGrantTerms(keyName, "somebody else")).toEqual([]);
  });

  test("are gone with the key", async () => {
    const store = await storeWith({});
    expect(await store.listGrantTerms(keyName, grantee)).toHaveLength(1);
    await store.commit([{ kind: "delete", table: "keys", record: aKey() }]);
    expect(await store.listGrantTerms(keyName, grantee)).toEqual([]);
    expect(await store.listGrants(keyName, undefined, firstPage)).toEqual([]);
  });
});
