/**
 * One process per data directory. The lock is an open exclusive transaction on a small
 * SQLite file: the kernel drops it with the process, so a dead holder blocks nobody.
 */
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { makePrivateDirectorySync } from "../lib/directories.ts";
import { ensurePrivateFile } from "./private-files.ts";
import { isBusy, openLockDatabase } from "./sqlite/database.ts";

export interface DirectoryLock {
  /** Lets the next holder in. May be called again without effect. */
  release(): void;
}

/** Another process, or another part of this one, holds the directory. */
export class DirectoryInUse extends Error {
  constructor(directory: string) {
    super(`${directory} is in use by another process`);
    this.name = "DirectoryInUse";
  }
}

/** A lock nobody holds a reference to must not be let go of by the garbage collector. */
const held = new Set<DatabaseSync>();

/**
 * Takes the directory for this process, creating it (0700) when it is not there.
 * Throws DirectoryInUse at once when it is taken.
 */
export function lockDirectory(directory: string, fileName = "keyhaven.lock"): DirectoryLock {
  makePrivateDirectorySync(directory);
  const file = path.join(directory, fileName);
  ensurePrivateFile(file);
  const database = openLockDatabase(file);
  try {
    // In memory: a lock on an empty file would otherwise bring a rollback journal with it.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw isBusy(error) ? new DirectoryInUse(directory) : error;
  }
  held.add(database);
  return {
    release() {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
}
