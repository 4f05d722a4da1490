import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/store-bench.ts";
import { StoreRefused } from "../errors.ts";
import { type Access, openDatabase, readPragma } from "./database.ts";

function emptyDatabase(): string {
  const file = path.join(temporaryDirectory(), "some.db");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE some (thing)");
  database.close();
  return file;
}

test.each<Access>(["write", "read", "migrate"])(
  "every connection for %s is durable and strict",
  (access) => {
    const database = openDatabase(emptyDatabase(), access);
    const names = [
      "journal_mode",
      "synchronous",
      "secure_delete",
      "trusted_schema",
      "cell_size_check",
      "foreign_keys",
      "busy_timeout",
    ];
    const values = names.map((name) => readPragma(database, name));
    expect(values).toEqual([access === "migrate" ? "delete" : "wal", 3, 1, 0, 1, 1, 5000]);
    database.close();
  },
);

test("refuses a database that does not keep a write-ahead log", () => {
  const file = emptyDatabase();
  openDatabase(file, "migrate").close();
  expect(() => openDatabase(file, "read")).toThrow(StoreRefused);
});

test("never creates a database", () => {
  const file = path.join(temporaryDirectory(), "missing.db");
  expect(() => openDatabase(file, "write")).toThrow("unable to open");
});

test("a reader cannot write", () => {
  const database = openDatabase(emptyDatabase(), "read");
  expect(() => database.exec("INSERT INTO some VALUES (1)")).toThrow("readonly");
  database.close();
});
