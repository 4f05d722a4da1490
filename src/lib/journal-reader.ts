/**
 * Reads a journal: a directory of segments 000000001.jsonl, 000000002.jsonl, … that hold
 * one JSON record a line. Reads only, and may run beside the process that writes.
 */
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const chunkBytes = 256 * 1024;
const longestLineBytes = 8 * 1024 * 1024;
const pollMs = 200;
const newline = 0x0a;

export interface ReadJournalOptions {
  /** Begin with the last so many lines; without it, with the first line there is. */
  readonly last?: number;
  /** Wait for more at the end, until this is aborted. */
  readonly follow?: AbortSignal;
}

interface Position {
  readonly segment: number;
  readonly offset: number;
}

/** The file of a segment. */
export function segmentPath(directory: string, segment: number): string {
  return path.join(directory, `${String(segment).padStart(9, "0")}.jsonl`);
}

/** The numbers of the segments in a directory, oldest first. Fails when it cannot be read. */
export async function listSegments(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => /^\d{9}\.jsonl$/.test(name))
    .map((name) => Number(name.slice(0, 9)))
    .toSorted((one, other) => one - other);
}

/**
 * The complete lines of a journal in the order they were written, without their line
 * breaks, as they stand: a line that a failing disk has damaged is not left out. A line
 * without its line break is not complete: it is being written, or was never finished.
 */
export async function* readJournal(
  directory: string,
  options: ReadJournalOptions = {},
): AsyncGenerator<string, void, undefined> {
  let position = await startOf(directory, options.last);
  for (;;) {
    // Listed before the segment is read to its end: a segment is never written to once a
    // newer one exists, so nothing can be added to this one behind our back.
    const segments = await listSegments(directory);
    const { segment, offset } = position;
    if (segments.includes(segment)) {
      for await (const { line, end } of linesFrom(segmentPath(directory, segment), offset)) {
        position = { segment, offset: end };
        yield line;
      }
    }
    const next = segments.find((number) => number > segment);
    if (next !== undefined) position = { segment: next, offset: 0 };
    else if (!(await goOn(options.follow))) return;
  }
}

/** The complete lines of one segment. */
export async function* readSegment(
  directory: string,
  segment: number,
): AsyncGenerator<string, void, undefined> {
  for await (const { line } of linesFrom(segmentPath(directory, segment), 0)) yield line;
}

async function goOn(follow: AbortSignal | undefined): Promise<boolean> {
  if (follow === undefined || follow.aborted) return false;
  await delay(pollMs, undefined, { signal: follow }).catch(() => undefined);
  return !follow.aborted;
}

async function startOf(directory: string, last: number | undefined): Promise<Position> {
  const segments = await listSegments(directory);
  let missing = last ?? Infinity;
  for (const segment of last === undefined ? [] : segments.toReversed()) {
    const found = await findLastLines(segmentPath(directory, segment), missing);
    if (found.lines === missing) return { segment, offset: found.offset };
    missing -= found.lines;
  }
  return { segment: segments[0] ?? 1, offset: 0 };
}

/** Where the last so many lines of a file begin, or how many lines there are if fewer. */
async function findLastLines(
  file: string,
  count: number,
): Promise<{ readonly offset: number; readonly lines: number }> {
  const handle = await open(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let lines = -1; // The last line break ends a line, it does not begin one.
    for (let end = (await handle.stat()).size; end > 0;) {
      const start = Math.max(0, end - chunkBytes);
      const { bytesRead } = await handle.read(chunk, 0, end - start, start);
      const bytes = chunk.subarray(0, bytesRead);
      for (let at = bytes.lastIndexOf(newline); at !== -1;) {
        lines += 1;
        if (lines === count) return { offset: start + at + 1, lines };
        at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1);
      }
      end = start;
    }
    return { offset: 0, lines: lines + 1 };
  } finally {
    await handle.close();
  }
}

/** Complete lines from an offset on, each with the offset at which it ends. */
async function* linesFrom(
  file: string,
  offset: number,
): AsyncGenerator<{ readonly line: string; readonly end: number }, void, undefined> {
  const handle = await open(file, "r");
  try {
    let buffer = Buffer.allocUnsafe(chunkBytes);
    let filled = 0;
    // A writer takes back what it could not flush, so the file may be shorter than it was.
    let start = Math.min(offset, (await handle.stat()).size);
    for (;;) {
      const free = buffer.length - filled;
      const { bytesRead } = await handle.read(buffer, filled, free, start + filled);
      if (bytesRead === 0) return;
      filled += bytesRead;
      const bytes = buffer.subarray(0, filled);
      let begin = 0;
      for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, begin)) {
        yield { line: bytes.toString("utf8", begin, at), end: start + at + 1 };
        begin = at + 1;
      }
      buffer.copyWithin(0, begin, filled);
      filled -= begin;
      start += begin;
      if (filled === buffer.length) buffer = grown(buffer, file);
    }
  } finally {
    await handle.close();
  }
}

function grown(buffer: Buffer, file: string): Buffer<ArrayBuffer> {
  if (buffer.length >= longestLineBytes) throw new Error(`${file} holds a line that is too long`);
  return Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
}
