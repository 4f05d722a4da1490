/** Opens every SQLite connection there is, and vouches for its settings. */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { StoreRefused } from "../errors.ts";

/**
 * `write` and `read` use the write-ahead log. `migrate` does without: what it commits
 * stands in the database file itself, where an older version can see it.
 */
export type Access = "write" | "read" | "migrate";

const busyTimeoutMs = 5000;

/** Settings of a connection (sqlite.org/pragma.html), and what each must read back as. */
const settings: Readonly<Record<string, readonly [setting: string, readBack: number]>> = {
  synchronous: ["EXTRA", 3],
  secure_delete: ["ON", 1],
  trusted_schema: ["OFF", 0],
  cell_size_check: ["ON", 1],
  foreign_keys: ["ON", 1],
  busy_timeout: [String(busyTimeoutMs), busyTimeoutMs],
  // Temporary copies of rows in memory; an erasure, which copies all of them, is the exception.
  temp_store: ["MEMORY", 2],
};

/** Of the page cache of one connection; negative for KiB, as SQLite has it. */
const pageCacheKib = -16_384;

/**
 * Opens an existing database file. Throws StoreRefused when the connection is not as
 * durable and as strict as it has to be.
 */
export function openDatabase(file: string, access: Access): DatabaseSync {
  const database = new DatabaseSync(location(file, access), {
    readOnly: access === "read",
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
    allowExtension: false,
    defensive: true,
  });
  try {
    configure(database, access);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A connection to a file that is only there to be locked. It never waits. */
export function openLockDatabase(file: string): DatabaseSync {
  return new DatabaseSync(location(file, "migrate"), { timeout: 0 });
}

function location(file: string, access: Access): URL {
  const url = pathToFileURL(file);
  // Never "create": a database that is missing is not a new one.
  url.searchParams.set("mode", access === "read" ? "ro" : "rw");
  return url;
}

function configure(database: DatabaseSync, access: Access): void {
  const journalMode = access === "migrate" ? "delete" : "wal";
  if (access !== "read") database.exec(`PRAGMA journal_mode = ${journalMode}`);
  requireSetting(database, "journal_mode", journalMode);
  for (const [name, [setting, readBack]] of Object.entries(settings)) {
    database.exec(`PRAGMA ${name} = ${setting}`);
    requireSetting(database, name, readBack);
  }
  database.exec(`PRAGMA cache_size = ${pageCacheKib}`);
}

function requireSetting(database: DatabaseSync, name: string, expected: string | number): void {
  const actual = readPragma(database, name);
  if (actual !== expected) {
    throw new StoreRefused(`the database does not keep ${name} = ${expected}, it has ${actual}`);
  }
}

/** The value of a pragma that has one row and one column. */
export function readPragma(database: DatabaseSync, name: string): string | number | undefined {
  const [value] = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {});
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** The extended result code of an error SQLite gave (sqlite.org/rescode.html). */
export function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code : undefined;
}

function isPrimaryCode(error: unknown, primaryCode: number): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code & 0xff) === primaryCode;
}

/** Another connection holds a lock that is needed: SQLITE_BUSY. */
export function isBusy(error: unknown): boolean {
  return isPrimaryCode(error, 5);
}

/** No space was left: SQLITE_FULL. */
export function isDiskFull(error: unknown): boolean {
  return isPrimaryCode(error, 13);
}

/** The change itself is at fault: SQLITE_CONSTRAINT. */
export function isConstraint(error: unknown): boolean {
  return isPrimaryCode(error, 19);
}
