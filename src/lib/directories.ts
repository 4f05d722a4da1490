/** Directories for their owner only, and names in them that outlast a loss of power. */
import fs from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";

/** Makes creations and renames in the directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** As syncDirectory, for a start, where nothing else waits. */
export function syncDirectorySync(directory: string): void {
  const descriptor = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Makes the directory, 0700, when it is not there, and its name and those of new parents durable. */
export function makePrivateDirectorySync(directory: string): void {
  const target = path.resolve(directory);
  if (isDirectory(target)) return;
  const parent = path.dirname(target);
  // One by one: Node's own recursion goes on for ever below /proc, where nothing can be made.
  if (!fs.existsSync(parent)) makePrivateDirectorySync(parent);
  try {
    fs.mkdirSync(target, { mode: 0o700 });
  } catch (error) {
    // Somebody else may just have made it.
    if (!isDirectory(target)) throw error;
    return;
  }
  syncDirectorySync(parent);
}

function isDirectory(name: string): boolean {
  return fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
}
