/** Makes sure that the database file is there, is ours, and has today's schema. */
import fs from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { syncDirectorySync } from "../../lib/directories.ts";
import { StoreRefused } from "../errors.ts";
import { type Migration, migrations as allMigrations } from "../migrations/migrations.ts";
import { ensurePrivateFile, makePrivate } from "../private-files.ts";
import { openDatabase } from "./database.ts";
import { applicationId, readHeader } from "./header.ts";

export type StoreMode = "serve" | "dev";

/**
 * Creates the file when it is not there, and brings an older schema up to date. Throws
 * StoreRefused for a file that is not a store, was made for the other mode, or was
 * written by a newer version: that one is left as it is, to the byte.
 */
export function prepareDatabaseFile(
  file: string,
  mode: StoreMode,
  migrations: readonly Migration[] = allMigrations,
): void {
  if (!fs.existsSync(file)) createDatabaseFile(file, mode, migrations);
  const { schemaVersion } = requireStore(file, migrations.length);
  for (const suffix of ["", "-wal", "-shm"]) makePrivate(file + suffix);
  withDatabase(file, "write", (database) => requireMode(database, file, mode));
  if (schemaVersion < migrations.length) {
    withDatabase(file, "migrate", (database) => migrate(database, schemaVersion, migrations));
  }
}

/** The file gets its name when it is complete, so one that has the name is never half made. */
function createDatabaseFile(file: string, mode: StoreMode, migrations: readonly Migration[]): void {
  if (fs.existsSync(`${file}-wal`)) {
    throw new StoreRefused(`${file} is missing, but its write-ahead log is there`);
  }
  const draft = `${file}.new`;
  for (const leftover of [draft, `${draft}-journal`]) fs.rmSync(leftover, { force: true });
  ensurePrivateFile(draft);
  withDatabase(draft, "migrate", (database) => {
    database.exec(`PRAGMA application_id = ${applicationId}`);
    migrate(database, 0, migrations);
    database
      .prepare("INSERT INTO meta (only_row, mode, created_at_ms) VALUES (1, ?, ?)")
      .run(mode, Date.now());
  });
  fs.renameSync(draft, file);
  syncDirectorySync(path.dirname(file));
}

function requireStore(file: string, newestKnown: number): { schemaVersion: number } {
  const header = readHeader(file);
  if (header?.applicationId !== applicationId || header.schemaVersion === 0) {
    throw new StoreRefused(`${file} is not a Keyhaven store, or it is damaged`);
  }
  const { schemaVersion } = header;
  if (schemaVersion > newestKnown) {
    throw new StoreRefused(
      `${file} was written by a newer Keyhaven (schema ${schemaVersion}, this one knows ${newestKnown})`,
    );
  }
  return { schemaVersion };
}

function requireMode(database: DatabaseSync, file: string, mode: StoreMode): void {
  const made = database.prepare("SELECT mode FROM meta").get()?.["mode"];
  if (made !== mode) {
    throw new StoreRefused(`${file} was made by keyhaven ${String(made)}, not by keyhaven ${mode}`);
  }
}

function migrate(database: DatabaseSync, from: number, migrations: readonly Migration[]): void {
  for (let version = from + 1; version <= migrations.length; version += 1) {
    const statements = migrations[version - 1] ?? "";
    // Not rolled back on error: the connection is closed then, which does the same.
    database.exec(`BEGIN IMMEDIATE; ${statements}; PRAGMA user_version = ${version}; COMMIT`);
  }
}

function withDatabase(
  file: string,
  access: "write" | "migrate",
  use: (database: DatabaseSync) => void,
): void {
  const database = openDatabase(file, access);
  try {
    use(database);
  } finally {
    database.close();
  }
}
