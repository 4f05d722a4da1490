import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readJournal, segmentPath } from "./journal-reader.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "keyhaven-reader-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const write = (segment: number, text: string) => writeFile(segmentPath(directory, segment), text);

async function read(last?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readJournal(directory, last === undefined ? {} : { last })) {
    lines.push(line);
  }
  return lines;
}

test("lines come in the order of the segments, whatever else lies beside them", async () => {
  await write(10, "d\n");
  await write(2, "b\nc\n");
  await write(1, "a\n");
  await writeFile(path.join(directory, "notes.txt"), "x\n");
  expect(await read()).toEqual(["a", "b", "c", "d"]);
});

test("a line without its line break is not complete, in whichever segment", async () => {
  await write(1, "a\nhal");
  await write(2, "b\nhal");
  expect(await read()).toEqual(["a", "b"]);
});

test("an empty journal has no lines", async () => {
  expect(await read()).toEqual([]);
  expect(await read(5)).toEqual([]);
});

test("a directory that cannot be read is not an empty journal", async () => {
  const missing = readJournal(path.join(directory, "missing"));
  await expect(missing.next()).rejects.toThrow("ENOENT");
});

test("the last lines are counted across segments", async () => {
  await write(1, "a\nb\n");
  await write(2, "");
  await write(3, "c\nd\nhal");
  expect(await read(0)).toEqual([]);
  expect(await read(1)).toEqual(["d"]);
  expect(await read(2)).toEqual(["c", "d"]);
  expect(await read(3)).toEqual(["b", "c", "d"]);
  expect(await read(9)).toEqual(["a", "b", "c", "d"]);
});

test("lines longer than a chunk come whole, from the front and from the back", async () => {
  const long = ["é".repeat(300_000), "x".repeat(262_143), "y".repeat(700_000), "z"];
  await write(1, `${long.join("\n")}\n`);
  expect(await read()).toEqual(long);
  expect(await read(2)).toEqual(long.slice(2));
  expect(await read(3)).toEqual(long.slice(1));
});

test("a line without end is refused rather than held in memory", async () => {
  await write(1, "x".repeat(9 * 1024 * 1024));
  await expect(read()).rejects.toThrow("too long");
});

test("a follower sees what is written later, into new segments too, until it is told to stop", async () => {
  await write(1, "a\nb\n");
  const stop = new AbortController();
  const lines = readJournal(directory, { last: 1, follow: stop.signal });
  const next = async () => (await lines.next()).value;
  expect(await next()).toBe("b");
  const third = next();
  await appendFile(segmentPath(directory, 1), "c\n");
  expect(await third).toBe("c");
  await write(2, "d\n");
  expect(await next()).toBe("d");
  const end = lines.next();
  stop.abort();
  expect(await end).toEqual({ done: true, value: undefined });
});

test("a follower goes on after the writer took back what it could not flush", async () => {
  await write(1, "a\nlost\n");
  const stop = new AbortController();
  const lines = readJournal(directory, { follow: stop.signal });
  await lines.next();
  await lines.next();
  await truncate(segmentPath(directory, 1), 2);
  const next = lines.next();
  await write(2, "b\n");
  expect((await next).value).toBe("b");
  stop.abort();
  await lines.return();
});
