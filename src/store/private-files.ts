/** Files that nobody but their owner may open. */
import fs from "node:fs";

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
