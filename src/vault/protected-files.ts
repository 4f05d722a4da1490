/** Files that only the user of this process may read or change. */
import { randomBytes } from "node:crypto";
import {
  type Stats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { open as openFile } from "node:fs/promises";
import path from "node:path";
import { CannotOpen, errorCode } from "./cannot-open.ts";
import { newSecret } from "./secret-bytes.ts";

/**
 * The whole file, in a buffer for the caller to wipe; nothing when there is none. Throws
 * CannotOpen when it is not a file of this user's that nobody else may touch.
 */
export function readProtectedFile(file: string, maximumBytes: number): Buffer | undefined {
  const descriptor = openForReading(file);
  if (descriptor === undefined) return undefined;
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new CannotOpen(`${file} is not a regular file`);
    requireProtected(file, status);
    if (status.size > maximumBytes) throw new CannotOpen(`${file} is too large`);
    return readWhole(descriptor, file, status.size);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a file that is whole and on disk when this returns, or not there at all. Throws
 * CannotOpen when a file of this name is there: nothing is ever replaced.
 */
export async function createProtectedFile(
  file: string,
  contents: Uint8Array,
  mode: number,
): Promise<void> {
  const directory = path.dirname(file);
  const unfinished = path.join(directory, unfinishedName(path.basename(file)));
  try {
    writeWhole(unfinished, contents, mode);
    // A link would fail by itself when the name is taken, but the permission model has no
    // links. That nobody else starts at the same time is for the data directory's lock.
    if (existsSync(file)) throw new Error("the file is there already");
    renameSync(unfinished, file);
    await syncDirectory(directory);
  } catch (error) {
    throw new CannotOpen(`cannot create ${file}: ${errorCode(error)}`, { cause: error });
  }
}

/** Makes the directory when it is not there; throws CannotOpen when it is not this user's alone. */
export function requireProtectedDirectory(directory: string, create: boolean): void {
  try {
    if (create) mkdirSync(directory, { recursive: true, mode: 0o700 });
    const status = lstatSync(directory);
    if (!status.isDirectory()) throw new CannotOpen(`${directory} is not a directory`);
    requireProtected(directory, status);
  } catch (error) {
    if (error instanceof CannotOpen) throw error;
    throw new CannotOpen(`cannot open ${directory}: ${errorCode(error)}`, { cause: error });
  }
}

/** Removes what a start that was cut short has left behind. */
export function removeUnfinishedFiles(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (/^\..{1,64}\.[0-9a-f]{16}\.unfinished$/.test(name)) unlinkSync(path.join(directory, name));
  }
}

function unfinishedName(name: string): string {
  return `.${name}.${randomBytes(8).toString("hex")}.unfinished`;
}

function openForReading(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new CannotOpen(`cannot read ${file}: ${errorCode(error)}`, { cause: error });
  }
}

function requireProtected(name: string, status: Stats): void {
  if (status.uid !== process.getuid?.()) {
    throw new CannotOpen(`${name} belongs to another user than the one the vault runs as`);
  }
  const othersMay = status.mode & 0o077;
  if (othersMay !== 0) {
    throw new CannotOpen(`${name} is open to other users: take their permissions away (chmod go=)`);
  }
}

function readWhole(descriptor: number, file: string, size: number): Buffer {
  const contents = newSecret(size);
  let read = 0;
  while (read < size) {
    const count = readSync(descriptor, contents, read, size - read, read);
    if (count === 0) throw new CannotOpen(`${file} changed while it was read`);
    read += count;
  }
  return contents;
}

function writeWhole(file: string, contents: Uint8Array, mode: number): void {
  // Each write is on disk when it returns: the permission model forbids fsync().
  const { O_WRONLY, O_CREAT, O_EXCL, O_SYNC } = constants;
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_SYNC, mode);
  try {
    let written = 0;
    while (written < contents.length) written += writeSync(descriptor, contents, written);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes names durable. The permission model forbids fsync() but not the sync() of a file
 * handle; should a later Node forbid that as well, it is for whoever started the vault.
 */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await openFile(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    if (errorCode(error) !== "ERR_ACCESS_DENIED") throw error;
  } finally {
    await handle.close();
  }
}
