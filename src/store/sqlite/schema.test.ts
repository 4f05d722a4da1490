import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runModule, temporaryDirectory } from "../../../test/store-bench.ts";
import { StoreRefused } from "../errors.ts";
import { migrations } from "../migrations/migrations.ts";
import { type AnyTable, columnName, tables } from "../tables.ts";
import { openDatabase } from "./database.ts";
import { prepareDatabaseFile } from "./schema.ts";

const added = "CREATE TABLE added (thing TEXT) STRICT";

function aDatabaseFile(): string {
  return path.join(temporaryDirectory(), "keyhaven.db");
}

function bytesOf(directory: string): Record<string, string> {
  const names = fs.readdirSync(directory).toSorted();
  const read = (name: string): string => fs.readFileSync(path.join(directory, name), "latin1");
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

test("has exactly the columns that the tables are described with", () => {
  const file = aDatabaseFile();
  prepareDatabaseFile(file, "serve");
  const database = openDatabase(file, "read");
  for (const table of Object.values(tables) as AnyTable[]) {
    const described = Object.entries(table.columns).map(([member, type]) => [
      columnName(member),
      type.endsWith(" or null"),
      table.primaryKey.includes(member),
    ]);
    const actual = database
      .prepare('SELECT name, "notnull" AS required, pk FROM pragma_table_info(?)')
      .all(table.name)
      .map(({ name, required, pk }) => [name, required === 0, pk !== 0]);
    // SQLite counts an integer primary key as one that may be null; it cannot be.
    expect(new Set(actual.map(String))).toEqual(new Set(described.map(String)));
  }
  database.close();
});

test("brings an older schema up to date and keeps what is there", () => {
  const file = aDatabaseFile();
  prepareDatabaseFile(file, "serve");
  prepareDatabaseFile(file, "serve", [...migrations, added]);
  const database = openDatabase(file, "write");
  expect(database.prepare("SELECT count(*) AS added FROM added").get()).toEqual({ added: 0 });
  expect(database.prepare("SELECT mode FROM meta").get()).toEqual({ mode: "serve" });
  database.close();
});

test("keeps the external key stores of an older schema", () => {
  const file = aDatabaseFile();
  const before = migrations.slice(
    0,
    migrations.findIndex((step) => step.includes("trust_anchor")),
  );
  prepareDatabaseFile(file, "serve", before);
  const older = openDatabase(file, "write");
  older.exec(`INSERT INTO custom_key_stores VALUES ('111122223333', 'eu-west-1', 'cks-1', 'outside',
    'CONNECTED', NULL, 'https://proxy.example', '/kms/xks/v1', 'AKID', x'0102', 7, 3)`);
  older.close();
  prepareDatabaseFile(file, "serve");
  const database = openDatabase(file, "write");
  expect({ ...database.prepare("SELECT * FROM custom_key_stores").get() }).toEqual({
    account_id: "111122223333",
    region: "eu-west-1",
    custom_key_store_id: "cks-1",
    custom_key_store_name: "outside",
    connection_state: "CONNECTED",
    connection_error_code: null,
    custom_key_store_type: "EXTERNAL_KEY_STORE",
    uri_endpoint: "https://proxy.example",
    uri_path: "/kms/xks/v1",
    access_key_id: "AKID",
    cluster_id: null,
    trust_anchor: null,
    wrapped_secret: new Uint8Array([1, 2]),
    created_at_ms: 7,
    row_version: 3,
  });
  database.close();
});

test("a migration that fails changes nothing, and is made again the next time", () => {
  const file = aDatabaseFile();
  prepareDatabaseFile(file, "serve");
  const broken = [...migrations, `${added}; CREATE TABLE nonsense`];
  expect(() => prepareDatabaseFile(file, "serve", broken)).toThrow("syntax error");
  prepareDatabaseFile(file, "serve", [...migrations, added]);
});

test("refuses a newer schema in one line and leaves every file as it is", () => {
  const file = aDatabaseFile();
  const newer = [...migrations, added];
  prepareDatabaseFile(file, "serve", newer);
  // With work still in the log, as after a crash.
  const before = openDatabase(file, "write");
  before.exec("INSERT INTO added VALUES ('in the log')");
  const directory = temporaryDirectory();
  fs.cpSync(path.dirname(file), directory, { recursive: true });
  before.close();

  const files = bytesOf(directory);
  expect(Object.keys(files)).toContain("keyhaven.db-wal");
  const attempt = () => prepareDatabaseFile(path.join(directory, "keyhaven.db"), "serve");
  expect(attempt).toThrow(StoreRefused);
  const known = migrations.length;
  expect(attempt).toThrow(`newer Keyhaven (schema ${known + 1}, this one knows ${known})`);
  expect(bytesOf(directory)).toEqual(files);
});

test.each([
  ["serve", "dev"],
  ["dev", "serve"],
] as const)("refuses to open a %s store in %s mode", (made, asked) => {
  const file = aDatabaseFile();
  prepareDatabaseFile(file, made);
  expect(() => prepareDatabaseFile(file, asked)).toThrow(StoreRefused);
  prepareDatabaseFile(file, made);
});

test.each([
  ["an empty file", ""],
  ["a file of something else", "x".repeat(4096)],
])("refuses %s, rather than take it for a new store", (_, content) => {
  const file = aDatabaseFile();
  fs.writeFileSync(file, content);
  expect(() => prepareDatabaseFile(file, "serve")).toThrow(StoreRefused);
  expect(fs.readFileSync(file, "utf8")).toBe(content);
});

test("refuses to begin anew where the log of a missing database lies", () => {
  const file = aDatabaseFile();
  fs.writeFileSync(`${file}-wal`, "what is left of a store");
  expect(() => prepareDatabaseFile(file, "serve")).toThrow(StoreRefused);
});

test("begins anew where a first start was cut short", () => {
  const file = aDatabaseFile();
  fs.writeFileSync(`${file}.new`, "half a database");
  prepareDatabaseFile(file, "serve");
  expect(fs.readdirSync(path.dirname(file))).toEqual(["keyhaven.db"]);
});

test.each([0o000, 0o022])(
  "keeps all files 0600 and the directory 0700 under umask %o",
  async (umask) => {
    const directory = path.join(temporaryDirectory(), "data");
    const { lines } = runModule(`
    import fs from "node:fs";
    import { openSqliteStore } from "src/store/sqlite/sqlite-store.ts";
    const directory = ${JSON.stringify(directory)};
    process.umask(${umask});
    const store = await openSqliteStore({ directory, mode: "serve" });
    await store.commit([], { eventId: "1", line: "{}" });
    for (const name of fs.readdirSync(directory)) {
      console.log(name, (fs.statSync(directory + "/" + name).mode & 0o777).toString(8));
    }
    await store.close();
  `);
    const modes = [];
    for await (const line of lines) modes.push(line);
    expect(modes).toEqual(["keyhaven.db 600", "keyhaven.db-shm 600", "keyhaven.db-wal 600"]);
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
  },
);

test("takes a restored file away from other users", () => {
  const file = aDatabaseFile();
  prepareDatabaseFile(file, "serve");
  fs.chmodSync(file, 0o644);
  prepareDatabaseFile(file, "serve");
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});
