/** What lies in the memory of another process. Tests are skipped where that cannot be read. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { TestContext } from "vitest";

const chunkBytes = 64 * 1024;
const untouched = Buffer.alloc(chunkBytes);
/** No secret that is looked for is longer: each lies whole in some chunk. */
const overlapBytes = 256;

export function processFile(
  pid: number,
  file: "environ" | "cmdline" | "maps",
  { skip }: TestContext,
): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch (error) {
    return skip(`/proc/${pid}/${file} cannot be read: ${String(error)}`);
  }
}

/** All that a process can write to, or has written to, in overlapping chunks; each is good until the next. */
export function* memoryOf(pid: number, context: TestContext): Generator<Buffer> {
  const regions = writableRegions(processFile(pid, "maps", context).toString());
  const memory = openMemory(pid, context);
  const chunk = Buffer.alloc(chunkBytes);
  let readBytes = 0;
  try {
    for (const { start, end } of regions) {
      for (let at = start; at < end; at += chunkBytes - overlapBytes) {
        const length = readMemory(memory, chunk, at, Math.min(chunkBytes, end - at));
        readBytes += length;
        const bytes = chunk.subarray(0, length);
        if (!bytes.equals(untouched.subarray(0, length))) yield bytes;
      }
    }
  } finally {
    closeSync(memory);
  }
  if (readBytes < chunkBytes) throw new Error(`nothing was read of process ${pid}`);
}

function openMemory(pid: number, { skip }: TestContext): number {
  try {
    return openSync(`/proc/${pid}/mem`, "r");
  } catch (error) {
    return skip(`the memory of process ${pid} cannot be read: ${String(error)}`);
  }
}

/** A region that has been unmapped in the meantime has nothing to read. */
function readMemory(memory: number, into: Buffer, at: number, length: number): number {
  try {
    return readSync(memory, into, 0, length, at);
  } catch {
    return 0;
  }
}

/** All but what is mapped from a file to be read or run, and what belongs to the kernel. */
function writableRegions(maps: string): readonly { start: number; end: number }[] {
  return maps.split("\n").flatMap((line) => {
    const match = /^([\da-f]+)-([\da-f]+) r(.)\S+ \S+ \S+ \d+ *(.*)$/.exec(line);
    if (match === null) return [];
    const [, start = "", end = "", write, name = ""] = match;
    if (name.startsWith("[v") || (write !== "w" && name.startsWith("/"))) return [];
    return [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }];
  });
}
