/** The way back from a policy or a group to who has it: kept by triggers, asked by accounts. */
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/store-bench.ts";
import type { UserRecord } from "../records.ts";
import { migrations } from "../migrations/migrations.ts";
import type { Relation, Store } from "../store.ts";
import { openDatabase } from "./database.ts";
import { prepareDatabaseFile } from "./schema.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const accountId = "111122223333";
const user: UserRecord = {
  userId: "AIDAA",
  accountId,
  userName: "bob",
  foldedName: "bob",
  path: "/",
  policies: [],
  attachedPolicies: ["P1", "P2"],
  groupIds: ["G1"],
  permissionsBoundary: "P1",
  createdAtMs: 1,
  rowVersion: 1,
};
const everyPage = { after: undefined, limit: 10 };

async function linked(
  store: Store,
  targetId: string,
  relations: readonly Relation[],
  account = accountId,
): Promise<readonly string[]> {
  const target = { accountId: account, targetId, relations };
  const identities = await store.listLinked(target, everyPage);
  expect(await store.countLinked(target)).toBe(identities.length);
  return identities;
}

test("links follow what the records say, through every change of them", async () => {
  const store = await openSqliteStore({ directory: temporaryDirectory(), mode: "dev" });
  await store.commit([{ kind: "insert", table: "users", record: user }]);
  expect(await linked(store, "P1", ["attached"])).toEqual(["AIDAA"]);
  expect(await linked(store, "P1", ["boundary"])).toEqual(["AIDAA"]);
  expect(await linked(store, "P1", ["attached", "boundary"])).toEqual(["AIDAA"]);
  expect(await linked(store, "P2", ["boundary"])).toEqual([]);
  expect(await linked(store, "G1", ["member"])).toEqual(["AIDAA"]);
  expect(await linked(store, "P1", ["attached"], "444455556666")).toEqual([]);

  const next = { ...user, attachedPolicies: ["P2"], permissionsBoundary: null, rowVersion: 2 };
  await store.commit([{ kind: "update", table: "users", record: next }]);
  expect(await linked(store, "P1", ["attached", "boundary"])).toEqual([]);
  expect(await linked(store, "P2", ["attached"])).toEqual(["AIDAA"]);
  expect(await linked(store, "G1", ["member"])).toEqual(["AIDAA"]);

  await store.commit([{ kind: "delete", table: "users", record: next }]);
  expect(await linked(store, "P2", ["attached"])).toEqual([]);
  expect(await linked(store, "G1", ["member"])).toEqual([]);
  await store.close();
});

test("a user of a store without policies and groups has none of them", async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, "keyhaven.db");
  const before = migrations.findIndex((migration) => migration.includes("TABLE managed_policies"));
  prepareDatabaseFile(file, "dev", migrations.slice(0, before));
  const database = openDatabase(file, "write");
  database.exec(
    "INSERT INTO users (user_id, account_id, user_name, folded_name, path, policies, " +
      "created_at_ms, row_version) VALUES ('AIDAA', '111122223333', 'bob', 'bob', '/', '[]', 1, 1)",
  );
  database.close();
  const later = await openSqliteStore({ directory, mode: "dev" });
  expect(await later.findUser("AIDAA")).toEqual({
    ...user,
    attachedPolicies: [],
    groupIds: [],
    permissionsBoundary: null,
  });
  await later.close();
});
