import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aKey,
  aKeyMaterial,
  anAccount,
  anAlias,
  firstPage,
  keyName,
  openTestStore,
  temporaryDirectory,
} from "../../../test/store-bench.ts";
import { StoreUnavailable } from "../errors.ts";
import type {
  AliasRecord,
  DomainKeyRecord,
  KeyLastUsageRecord,
  KeyName,
  KeyRecord,
} from "../records.ts";
import { type Change, LimitReached, type Page, type Store, StoreConflict } from "../store.ts";

const key = aKey();
const storedKey: Change = { kind: "insert", table: "keys", record: key };
const { accountId, region, keyId } = keyName;

function keyChange(kind: "insert" | "update" | "delete", change: Partial<KeyRecord> = {}): Change {
  return { kind, table: "keys", record: aKey(change) };
}

async function storeWith(...changes: Change[]): Promise<Store> {
  const store = await openTestStore();
  await store.commit(changes);
  return store;
}

function aDomainKey(number: number): DomainKeyRecord {
  return { number, wrapped: Uint8Array.of(number), createdAtMs: 1 };
}

function idsOf(keys: readonly KeyName[]): string[] {
  return keys.map(({ keyId: id }) => id);
}

function nameOf({ aliasName }: AliasRecord): string {
  return aliasName;
}

/** The sort keys of everything that is listed, page after page. */
async function allPages<Item>(
  list: (page: Page) => Promise<readonly Item[]>,
  sortKey: (item: Item) => string,
  limit: number,
): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const page = await list({ after: seen.at(-1), limit });
    expect(page.length).toBeLessThanOrEqual(limit);
    seen.push(...page.map(sortKey));
    if (page.length < limit) return seen;
  }
}

describe("every table gives back what was put into it", () => {
  const text = fc.string({ unit: "grapheme" });
  const name = fc.string({ unit: "grapheme", minLength: 1 });
  const integer = fc.maxSafeInteger();
  const rowVersion = fc.integer({ min: 1 });
  const bytes = fc.uint8Array({ maxLength: 6_000 });
  const exact = { noNullPrototype: true };

  test("accounts and access keys", async () => {
    const store = await openTestStore();
    const accounts = fc.record(
      { accountId: name, name: text, createdAtMs: integer, rowVersion },
      exact,
    );
    const accessKeys = fc.record(
      {
        accessKeyId: name,
        userId: fc.constant(null),
        accountId: name,
        status: fc.constantFrom("Active", "Inactive"),
        wrappedSecret: bytes,
        createdAtMs: integer,
        rowVersion,
      },
      exact,
    );
    await fc.assert(
      fc.asyncProperty(accounts, accessKeys, async (account, accessKey) => {
        const changes = (kind: "insert" | "delete") =>
          [
            { kind, table: "accounts", record: account },
            { kind, table: "accessKeys", record: accessKey },
          ] as const;
        await store.commit(changes("insert"));
        expect(await store.findAccount(account.accountId)).toEqual(account);
        expect(await store.findAccessKey(accessKey.accessKeyId)).toEqual(accessKey);
        await store.commit(changes("delete"));
        expect(await store.findAccount(account.accountId)).toBeUndefined();
        expect(await store.findAccessKey(accessKey.accessKeyId)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  test("keys, with their material, alias and last usage", async () => {
    const store = await openTestStore();
    const names = fc.record({ accountId: text, region: text, keyId: name }, exact);
    const facts = fc.record(
      {
        keySpec: text,
        description: text,
        policy: text,
        multiRegion: fc.boolean(),
        deletionAtMs: fc.option(integer),
        rotationPeriodDays: fc.option(integer),
        nextRotationAtMs: fc.option(integer),
        rowVersion,
      },
      exact,
    );
    const material = fc.record(
      { wrapped: bytes, generation: fc.nat(), keyMaterialId: text },
      exact,
    );
    await fc.assert(
      fc.asyncProperty(names, facts, material, name, async (some, fact, made, aliasName) => {
        const stored = aKey({ ...some, ...fact });
        const keyMaterial = aKeyMaterial({ ...some, ...made });
        const alias = anAlias({ ...some, aliasName, targetKeyId: some.keyId });
        const { accountId: account, region: place } = some;
        // An alias record has no key id: what is not in the description is not kept.
        const expectedAlias = anAlias({ accountId: account, region: place, aliasName });
        const usage = { ...some, operation: "Encrypt", usedAtMs: 1, eventId: "e", requestId: "r" };
        await store.commit([
          { kind: "insert", table: "keys", record: stored },
          { kind: "insert", table: "keyMaterials", record: keyMaterial },
          { kind: "insert", table: "aliases", record: alias },
          { kind: "upsert", table: "keyLastUsages", record: usage },
        ]);
        expect(await store.findKey(some)).toEqual(stored);
        expect(await store.findKeyMaterial(some, keyMaterial.reference)).toEqual(keyMaterial);
        expect(await store.findAlias(account, place, aliasName)).toEqual({
          ...expectedAlias,
          targetKeyId: some.keyId,
        });
        expect(await store.findKeyLastUsage(some)).toEqual(usage);
        await store.commit([{ kind: "delete", table: "keys", record: stored }]);
      }),
      { numRuns: 50 },
    );
  });

  test("domain keys, by number", async () => {
    const store = await storeWith(
      { kind: "insert", table: "domainKeys", record: aDomainKey(2) },
      { kind: "insert", table: "domainKeys", record: aDomainKey(1) },
    );
    expect(await store.listDomainKeys()).toEqual([aDomainKey(1), aDomainKey(2)]);
  });
});

describe("a change is refused", () => {
  test.each<[string, Change]>([
    ["an insertion of a key that is there", keyChange("insert")],
    ["an update from a version that is past", keyChange("update", { rowVersion: 1 })],
    ["an update from a version to come", keyChange("update", { rowVersion: 3 })],
    ["an update of a key that is not there", keyChange("update", { keyId: "x", rowVersion: 2 })],
    ["a deletion of another version", keyChange("delete", { rowVersion: 2 })],
    ["a deletion of a key that is not there", keyChange("delete", { keyId: "x" })],
    [
      "material for a key that is not there",
      { kind: "insert", table: "keyMaterials", record: aKeyMaterial({ keyId: "x" }) },
    ],
    [
      "an alias of a key that is not there",
      { kind: "insert", table: "aliases", record: anAlias({ targetKeyId: "x" }) },
    ],
  ])("%s", async (_, change) => {
    const store = await storeWith(storedKey);
    const others: Change[] = [{ kind: "insert", table: "accounts", record: anAccount() }];
    const attempt = store.commit([...others, change], { eventId: "1", line: "{}" });
    await expect(attempt).rejects.toThrow(StoreConflict);
    await expect(attempt).rejects.toMatchObject({ change });
    expect(await store.findKey(keyName)).toEqual(key);
    expect(await store.listAccounts(firstPage)).toEqual([]);
    expect(await store.listOutbox()).toEqual([]);
  });

  test("a second material of one generation", async () => {
    const record = aKeyMaterial();
    const store = await storeWith(storedKey, { kind: "insert", table: "keyMaterials", record });
    const other = aKeyMaterial({ reference: "1".repeat(32) });
    const attempt = store.commit([{ kind: "insert", table: "keyMaterials", record: other }]);
    await expect(attempt).rejects.toThrow(StoreConflict);
  });

  test.each<[string, Change]>([
    ["an upsert of a versioned record", { kind: "upsert", table: "keys", record: key }],
    [
      "an update of an immutable record",
      { kind: "update", table: "domainKeys", record: aDomainKey(1) },
    ],
    ["a value that would change on the way", keyChange("insert", { policy: "\udfff" })],
  ])("as a defect of the caller: %s", async (_, change) => {
    const store = await openTestStore();
    await expect(store.commit([change])).rejects.toThrow(TypeError);
  });
});

test("of many updates from one version, exactly one is made", async () => {
  const store = await storeWith(storedKey);
  const attempts = Array.from(
    { length: 20 },
    async (_, index) =>
      await store.commit([keyChange("update", { rowVersion: 2, description: String(index) })]),
  );
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await store.findKey(keyName)).toMatchObject({ rowVersion: 2, description: "0" });
});

test("deleting a key deletes its material, aliases and last usage, remembered ones too", async () => {
  const material = aKeyMaterial();
  const alias = anAlias();
  const usage: KeyLastUsageRecord = {
    ...keyName,
    operation: "Encrypt",
    usedAtMs: 1,
    eventId: "1",
    requestId: "1",
  };
  const store = await storeWith(
    storedKey,
    { kind: "insert", table: "keyMaterials", record: material },
    { kind: "insert", table: "aliases", record: alias },
    { kind: "upsert", table: "keyLastUsages", record: usage },
  );
  const read = async () => [
    await store.findKey(keyName),
    await store.findKeyMaterial(keyName, material.reference),
    await store.findAlias(accountId, region, alias.aliasName),
    await store.findKeyLastUsage(keyName),
  ];
  expect(await read()).toEqual([key, material, alias, usage]);
  await store.commit([keyChange("delete")]);
  expect(await read()).toEqual([undefined, undefined, undefined, undefined]);
});

test("the last usage of a key is replaced by a later one", async () => {
  const store = await storeWith(storedKey);
  const usage = { ...keyName, operation: "Encrypt", usedAtMs: 1, eventId: "1", requestId: "1" };
  const later = { ...usage, operation: "Decrypt", usedAtMs: 2 };
  for (const record of [usage, later]) {
    await store.commit([{ kind: "upsert", table: "keyLastUsages", record }]);
  }
  expect(await store.findKeyLastUsage(keyName)).toEqual(later);
});

describe("remembered records", () => {
  test("are the same object each time, until they change", async () => {
    const store = await storeWith(storedKey);
    const first = await store.findKey(keyName);
    expect(await store.findKey({ ...keyName })).toBe(first);
    await store.commit([keyChange("update", { rowVersion: 2 })]);
    expect(await store.findKey(keyName)).toMatchObject({ rowVersion: 2 });
  });

  test("absence is not remembered", async () => {
    const store = await openTestStore();
    expect(await store.findKey(keyName)).toBeUndefined();
    await store.commit([storedKey]);
    expect(await store.findKey(keyName)).toEqual(key);
  });

  test("are not mixed up between accounts and Regions", async () => {
    const store = await storeWith(keyChange("insert", { accountId: "1", region: "23" }));
    expect(await store.findKey({ accountId: "1", region: "23", keyId })).toBeDefined();
    expect(await store.findKey({ accountId: "12", region: "3", keyId })).toBeUndefined();
  });

  test("are never older than an acknowledged commit, whoever reads meanwhile", async () => {
    const store = await storeWith(storedKey);
    const over = new AbortController();
    const readers = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) {
        await store.findKey(keyName);
        await new Promise(setImmediate);
      }
    });
    for (let rowVersion = 2; rowVersion <= 200; rowVersion += 1) {
      await store.commit([keyChange("update", { rowVersion })]);
      expect((await store.findKey(keyName))?.rowVersion).toBe(rowVersion);
    }
    over.abort();
    await Promise.all(readers);
  });
});

describe("pages", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9/_-]{1,6}$/), { maxLength: 30 });
  const limits = fc.integer({ min: 1, max: 40 });

  test("of keys give every key exactly once, in order, and nobody else's", async () => {
    const store = await storeWith(
      keyChange("insert", { accountId: "other" }),
      keyChange("insert", { region: "other" }),
    );
    await fc.assert(
      fc.asyncProperty(names, limits, async (keyIds, limit) => {
        const keys = keyIds.map((id) => aKey({ keyId: id }));
        await store.commit(keys.map((record) => ({ kind: "insert", table: "keys", record })));
        const list = async (page: Page) => await store.listKeyIds(accountId, region, page);
        expect(await allPages(list, String, limit)).toEqual(keyIds.toSorted());
        await store.commit(keys.map((record) => ({ kind: "delete", table: "keys", record })));
      }),
      { numRuns: 30 },
    );
  });

  test("of aliases give every alias exactly once, of all keys or of one", async () => {
    const store = await storeWith(storedKey, keyChange("insert", { keyId: "other" }));
    await fc.assert(
      fc.asyncProperty(names, limits, async (aliasNames, limit) => {
        const aliases = aliasNames.map((aliasName, index) =>
          anAlias({ aliasName, targetKeyId: index % 2 === 0 ? keyId : "other" }),
        );
        await store.commit(aliases.map((record) => ({ kind: "insert", table: "aliases", record })));
        const listOf = (target: string | undefined) => async (page: Page) =>
          await store.listAliases(accountId, region, target, page);
        const ofOne = aliasNames.filter((_, index) => index % 2 === 0).toSorted();
        expect(await allPages(listOf(undefined), nameOf, limit)).toEqual(aliasNames.toSorted());
        expect(await allPages(listOf(keyId), nameOf, limit)).toEqual(ofOne);
        await store.commit(aliases.map((record) => ({ kind: "delete", table: "aliases", record })));
      }),
      { numRuns: 30 },
    );
  });

  test("of accounts and of an account's access keys go on where the last one ended", async () => {
    const store = await openTestStore();
    const ids = ["a", "b", "c", "d", "e"];
    await store.commit(
      ids.flatMap((id): Change[] => [
        { kind: "insert", table: "accounts", record: anAccount({ accountId: id }) },
        {
          kind: "insert",
          table: "accessKeys",
          record: {
            accessKeyId: id,
            userId: null,
            accountId: id === "e" ? "other" : accountId,
            status: "Active",
            wrappedSecret: Uint8Array.of(1),
            createdAtMs: 1,
            rowVersion: 1,
          },
        },
      ]),
    );
    const accounts = async (page: Page) => await store.listAccounts(page);
    const accessKeys = async (page: Page) => await store.listAccessKeys(accountId, page);
    expect(await allPages(accounts, (account) => account.accountId, 2)).toEqual(ids);
    expect(await allPages(accessKeys, (one) => one.accessKeyId, 2)).toEqual(ids.slice(0, 4));
  });

  test.each([-1, 0.5, 10_001, Number.NaN])("refuse %d items", async (limit) => {
    const store = await openTestStore();
    await expect(store.listAccounts({ after: undefined, limit })).rejects.toThrow(RangeError);
  });
});

function atMost(max: number): Change {
  const where = { accountId, region, keyManager: "CUSTOMER" } as const;
  return { kind: "limit", table: "keys", where, max };
}

describe("a limit", () => {
  test("counts the records with its values, those of the same commit among them", async () => {
    const store = await storeWith(
      storedKey,
      keyChange("insert", { keyId: "2", keyState: "PendingDeletion", deletionAtMs: 1 }),
      keyChange("insert", { keyId: "3", keyManager: "AWS" }),
      keyChange("insert", { keyId: "4", region: "other" }),
      atMost(2),
    );
    const third = [keyChange("insert", { keyId: "5" }), atMost(2)];
    const attempt = store.commit(third, { eventId: "1", line: "{}" });
    await expect(attempt).rejects.toThrow(LimitReached);
    await expect(attempt).rejects.toMatchObject({ limit: third[1] });
    expect(await store.findKey({ ...keyName, keyId: "5" })).toBeUndefined();
    expect(await store.listOutbox()).toEqual([]);
    await store.commit([keyChange("delete", { keyId: "2" }), ...third]);
  });

  test("is not passed by commits at the same time", async () => {
    const store = await openTestStore();
    const ended = await Promise.allSettled(
      Array.from({ length: 30 }, async (_, index) => {
        await store.commit([keyChange("insert", { keyId: String(index) }), atMost(10)]);
      }),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(await store.listKeyIds(accountId, region, firstPage)).toHaveLength(10);
  });
});

test("finds keys that are due, the most overdue first, and no others", async () => {
  const pending = { keyState: "PendingDeletion" };
  const store = await storeWith(
    keyChange("insert", { keyId: "late", ...pending, deletionAtMs: 10 }),
    keyChange("insert", { keyId: "later", ...pending, deletionAtMs: 5 }),
    keyChange("insert", { keyId: "not yet", ...pending, deletionAtMs: 11 }),
    keyChange("insert", { keyId: "cancelled", keyState: "Disabled", deletionAtMs: 1 }),
    keyChange("insert", { keyId: "rotating", nextRotationAtMs: 10 }),
    keyChange("insert", { keyId: "disabled", keyState: "Disabled", nextRotationAtMs: 1 }),
    keyChange("insert", { keyId: "primary", nextRotationAtMs: 9, primaryRegion: keyName.region }),
    keyChange("insert", { keyId: "replica", nextRotationAtMs: 9, primaryRegion: "us-east-1" }),
  );
  expect(idsOf(await store.listKeysDueForDeletion(10, { after: 0, limit: 9 }))).toEqual([
    "later",
    "late",
  ]);
  expect(idsOf(await store.listKeysDueForDeletion(10, { after: 1, limit: 1 }))).toEqual(["late"]);
  expect(idsOf(await store.listKeysDueForRotation(10, { after: 0, limit: 9 }))).toEqual([
    "primary",
    "rotating",
  ]);
});

test("lists the materials of a key from the oldest on", async () => {
  const materials = [1, 0, 2].map((generation) =>
    aKeyMaterial({ generation, reference: String(9 - generation) }),
  );
  const store = await storeWith(
    storedKey,
    ...materials.map((record): Change => ({ kind: "insert", table: "keyMaterials", record })),
  );
  const listed = await store.listKeyMaterials(keyName);
  expect(listed.map(({ generation }) => generation)).toEqual([0, 1, 2]);
});

test("entries stay in the outbox, in order and across a restart, until they are settled", async () => {
  const directory = temporaryDirectory();
  const first = await openTestStore(directory);
  const entries = ["3", "1", "2"].map((eventId) => ({ eventId, line: `{"id":${eventId}}` }));
  await first.commit([storedKey], ...entries.slice(0, 2));
  await first.commit([], ...entries.slice(2));
  first.settle("1");
  await first.close();
  const second = await openTestStore(directory);
  expect(await second.listOutbox()).toEqual([entries[0], entries[2]]);
  expect(await second.findKey(keyName)).toEqual(key);
});

test("refuses one event id twice", async () => {
  const store = await openTestStore();
  await store.commit([], { eventId: "1", line: "{}" });
  const attempt = store.commit([storedKey], { eventId: "1", line: "{}" });
  await expect(attempt).rejects.toThrow(StoreConflict);
  await expect(attempt).rejects.toMatchObject({ change: undefined });
  expect(await store.findKey(keyName)).toBeUndefined();
});

test("refuses a commit of more than 50,000 changes", async () => {
  const store = await openTestStore();
  const changes = Array.from({ length: 50_001 }, () => storedKey);
  await expect(store.commit(changes)).rejects.toThrow(RangeError);
});

test("does nothing more once it is closed", async () => {
  const store = await storeWith(storedKey);
  await store.findKey(keyName);
  await store.close();
  await store.close();
  await expect(store.findKey(keyName)).rejects.toThrow(StoreUnavailable);
  await expect(store.listOutbox()).rejects.toThrow(StoreUnavailable);
  await expect(store.commit([storedKey])).rejects.toThrow(StoreUnavailable);
  await expect(store.eraseDeleted()).rejects.toThrow(StoreUnavailable);
  store.settle("1");
});
