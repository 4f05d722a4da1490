import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { anAccount, temporaryDirectory } from "../../../test/store-bench.ts";
import { batchCommitter, type WriteRequest } from "./batch.ts";
import { isDiskFull, openDatabase, readPragma } from "./database.ts";
import { prepareDatabaseFile } from "./schema.ts";
import { type RowChange, toRowChange } from "./statements.ts";

function openWritable(): DatabaseSync {
  const file = path.join(temporaryDirectory(), "keyhaven.db");
  prepareDatabaseFile(file, "serve");
  const database = openDatabase(file, "write");
  onTestFinished(() => database.close());
  return database;
}

function insertion(accountId: string, name = "some"): WriteRequest {
  const record = anAccount({ accountId, name });
  const change = toRowChange({ kind: "insert", table: "accounts", record });
  return { changes: [change], entries: [{ eventId: `event ${accountId}`, line: "{}" }] };
}

function column(database: DatabaseSync, sql: string): unknown[] {
  return database
    .prepare(sql)
    .all()
    .flatMap((row) => Object.values(row));
}

const accounts = "SELECT account_id FROM accounts ORDER BY 1";
const events = "SELECT event_id FROM outbox ORDER BY 1";

test("a request that conflicts takes nothing with it but itself", () => {
  const database = openWritable();
  const requests = [
    insertion("1"),
    { ...insertion("2"), changes: [...insertion("2").changes, ...insertion("1").changes] },
    insertion("3"),
  ];
  const outcomes = batchCommitter(database)({ requests, settled: [] });
  expect(outcomes.map(({ kind }) => kind)).toEqual(["made", "conflict", "made"]);
  expect(column(database, accounts)).toEqual(["1", "3"]);
  expect(column(database, events)).toEqual(["event 1", "event 3"]);
});

test("a record that the schema cannot keep is refused, not called a conflict", () => {
  const database = openWritable();
  const requests = [insertion(""), insertion("1")];
  const outcomes = batchCommitter(database)({ requests, settled: [] });
  expect(outcomes.map(({ kind }) => kind)).toEqual(["refused", "made"]);
});

test("settled entries go with the batch", () => {
  const database = openWritable();
  const commitBatch = batchCommitter(database);
  commitBatch({ requests: [insertion("1")], settled: [] });
  commitBatch({ requests: [insertion("2")], settled: ["event 1"] });
  expect(column(database, events)).toEqual(["event 2"]);
});

test("a full disk fails the whole batch, and the next one goes on when there is space", () => {
  const database = openWritable();
  const commitBatch = batchCommitter(database);
  const pages = readPragma(database, "page_count");
  database.exec(`PRAGMA max_page_count = ${pages}`);
  const requests = [insertion("1"), insertion("2", "n".repeat(100_000))];
  let thrown: unknown;
  try {
    commitBatch({ requests, settled: [] });
  } catch (error) {
    thrown = error;
  }
  expect(isDiskFull(thrown)).toBe(true);
  expect(column(database, accounts)).toEqual([]);

  database.exec("PRAGMA max_page_count = 1000000");
  commitBatch({ requests, settled: [] });
  expect(column(database, accounts)).toEqual(["1", "2"]);
});

test("an error that nobody foresaw leaves nothing of the batch behind", () => {
  const database = openWritable();
  const commitBatch = batchCommitter(database);
  const nonsense = { table: "nonsense", kind: "insert", values: [] } as unknown as RowChange;
  const requests = [insertion("1"), { changes: [nonsense], entries: [] }];
  expect(() => commitBatch({ requests, settled: [] })).toThrow(TypeError);
  expect(column(database, accounts)).toEqual([]);
  commitBatch({ requests: [insertion("2")], settled: [] });
  expect(column(database, accounts)).toEqual(["2"]);
});
