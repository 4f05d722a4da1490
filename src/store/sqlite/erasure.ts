import type { DatabaseSync } from "node:sqlite";
import { readPragma } from "./database.ts";

export type TemporaryStore = "FILE" | "MEMORY";

/** A reader can hold the log for as long as the busy timeout, each time. */
const maxAttempts = 3;

/**
 * Takes deleted rows out of every file. secure_delete overwrites a row where it last was,
 * but rows move between pages, and SQLite leaves copies behind in the unused middle of
 * the old page: measured, about one in a thousand. So the database is written anew
 * when wrapped bytes were deleted, and the log is emptied in any case.
 *
 * Says whether it was done; it is not when readers hold the log for too long.
 */
export function eraseDeletedRows(database: DatabaseSync, temporaryStore: TemporaryStore): boolean {
  const due = database.prepare("SELECT erasure_due FROM meta").get()?.["erasure_due"] === 1;
  if (due) rewrite(database, temporaryStore);
  if (!emptyLog(database)) return false;
  if (due) database.exec("UPDATE meta SET erasure_due = 0");
  return true;
}

/**
 * The new database is made up in a temporary store first: a file without a name, or memory,
 * of which it takes as much as the database is long.
 */
function rewrite(database: DatabaseSync, temporaryStore: TemporaryStore): void {
  database.exec(`PRAGMA temp_store = ${temporaryStore}`);
  try {
    database.exec("VACUUM");
  } finally {
    database.exec("PRAGMA temp_store = MEMORY");
  }
}

function emptyLog(database: DatabaseSync): boolean {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    // The first column says whether a lock kept it from finishing.
    if (readPragma(database, "wal_checkpoint(TRUNCATE)") === 0) return true;
  }
  return false;
}
