/** The directory that holds everything a server keeps. */
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { makePrivateDirectorySync } from "../lib/directories.ts";
import type { DirectoryLock } from "../store/directory-lock.ts";
import { DirectoryInUse, lockDirectory } from "../store/directory-lock.ts";
import { LaunchFailure } from "./failure.ts";

/** A data directory that is ours until it is released. */
export interface DataDirectory {
  readonly path: string;
  readonly vaultDirectory: string;
  readonly credentialsPath: string;
  /** No store has ever been made here, so the vault may make its root key. */
  readonly isNew: boolean;
  readonly lock: DirectoryLock;
}

/**
 * Creates the directory when it is not there (0700), refuses one that other users can
 * enter or change, and locks it. Throws LaunchFailure with one line for the operator.
 */
export function openDataDirectory(directory: string): DataDirectory {
  createPrivate(directory);
  requirePrivate(directory);
  const lock = lockOrRefuse(directory);
  const isNew = !existsSync(path.join(directory, "keyhaven.db"));
  const vaultDirectory = path.join(directory, "vault");
  if (isNew) createPrivate(vaultDirectory);
  return {
    path: directory,
    vaultDirectory,
    credentialsPath: path.join(directory, "bootstrap-credentials.json"),
    isNew,
    lock,
  };
}

function createPrivate(directory: string): void {
  try {
    makePrivateDirectorySync(directory);
    // An empty directory was made for us, by a package or a volume; nothing in it is at stake.
    if (readdirSync(directory).length === 0) chmodSync(directory, 0o700);
  } catch (cause) {
    throw new LaunchFailure(`Cannot use ${directory}: ${messageOf(cause)}`, { cause });
  }
}

function requirePrivate(directory: string): void {
  const { mode, uid } = statSync(directory);
  const ours = process.getuid?.() ?? uid;
  if (uid !== ours && ours !== 0) {
    throw new LaunchFailure(`${directory} belongs to another user (uid ${uid}).`);
  }
  if ((mode & 0o077) !== 0) {
    throw new LaunchFailure(
      `Other users can reach ${directory} (mode ${(mode & 0o777).toString(8)}). ` +
        `Run: chmod 700 ${directory}`,
    );
  }
}

function lockOrRefuse(directory: string): DirectoryLock {
  try {
    return lockDirectory(directory, "lock");
  } catch (cause) {
    if (!(cause instanceof DirectoryInUse)) throw cause;
    throw new LaunchFailure(`Another Keyhaven server runs on ${directory}.`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
