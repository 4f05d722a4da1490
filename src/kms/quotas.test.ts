import path from "node:path";
import { expect, test } from "vitest";
import { keyName, openTestStore, temporaryDirectory } from "../../test/store-bench.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import { LimitReached } from "../store/store.ts";
import { countStatement } from "../store/sqlite/statements.ts";
import { aliasQuota, grantQuota, importKeyQuota, keyQuota, quotaReached } from "./quotas.ts";

test.each([
  ["keys", keyQuota(keyName)],
  ["aliases", aliasQuota(keyName)],
  ["wrapping keys", importKeyQuota(keyName)],
  ["grants", grantQuota(keyName)],
])(
  "the quota of %s is counted from an index alone, for other commits wait",
  async (_what, quota) => {
    const directory = temporaryDirectory();
    await openTestStore(directory);
    const database = openDatabase(path.join(directory, "keyhaven.db"), "read");
    const sql = countStatement(quota.table, Object.keys(quota.where));
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Object.values(quota.where), 1);
    database.close();
    expect(JSON.stringify(plan)).toMatch(/USING (COVERING INDEX|PRIMARY KEY)/);
  },
);

test("ThrottlingException for more wrapping keys of one key than anyone needs", () => {
  const limit = importKeyQuota(keyName);
  expect(limit.max).toBe(1_000);
  expect(quotaReached(new LimitReached(limit))).toMatchObject({
    code: "ThrottlingException",
    message:
      "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  });
});
