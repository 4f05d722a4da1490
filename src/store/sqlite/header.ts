/**
 * The first bytes of a database file, read without SQLite: opening a database is enough
 * for SQLite to work off its log and so to change its files.
 */
import fs from "node:fs";

/** "KHVN", at byte 68 of every store (sqlite.org/fileformat.html, section 1.3). */
export const applicationId = 0x4b48564e;

const magic = "SQLite format 3\0";
const headerLengthBytes = 100;

/**
 * Undefined for a file that is no SQLite database. The schema version is true even while
 * there is a write-ahead log, since it is only ever changed without one.
 *
 * Must not be called while this process has the database open: closing a file drops
 * the POSIX locks on it.
 */
export function readHeader(
  file: string,
): { readonly schemaVersion: number; readonly applicationId: number } | undefined {
  const header = Buffer.alloc(headerLengthBytes);
  const descriptor = fs.openSync(file, "r");
  try {
    if (fs.readSync(descriptor, header, 0, headerLengthBytes, 0) < headerLengthBytes) {
      return undefined;
    }
  } finally {
    fs.closeSync(descriptor);
  }
  if (header.toString("latin1", 0, magic.length) !== magic) return undefined;
  return { schemaVersion: header.readUInt32BE(60), applicationId: header.readUInt32BE(68) };
}
