import path from "node:path";
import { expect, test } from "vitest";
import { keyName, openTestStore, temporaryDirectory } from "../../test/store-bench.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import { countStatement } from "../store/sqlite/statements.ts";
import { aliasQuota, keyQuota } from "./quotas.ts";

test.each([
  ["keys", keyQuota(keyName)],
  ["aliases", aliasQuota(keyName)],
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
