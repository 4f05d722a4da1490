/** Files and directories that nobody but their owner may open. */
import fs from "node:fs";
import path from "node:path";

/** Creates the directory, 0700, when it is not there, and makes that durable. */
export function ensurePrivateDirectory(directory: string): void {
  const firstCreated = fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (firstCreated !== undefined) syncDirectory(path.dirname(firstCreated));
}

/**
 * Creates the file, empty and 0600, when it is not there. A file that is there is not
 * opened: closing it again would drop the POSIX locks this process holds on it.
 */
export function ensurePrivateFile(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Takes a file that may have come back from a backup away from everyone else. */
export function makePrivate(file: string): void {
  if (fs.existsSync(file)) fs.chmodSync(file, 0o600);
}

/** Makes creations and renames in the directory durable. */
export function syncDirectory(directory: string): void {
  const descriptor = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
