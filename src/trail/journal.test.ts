import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listSegments, readJournal, segmentPath } from "../lib/journal-reader.ts";
import { type Journal, type JournalOptions, JournalUnavailable, openJournal } from "./journal.ts";
import type { FlushCalls } from "./segment.ts";

let parent = "";
let directory = "";
let journals: Journal[] = [];
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "keyhaven-journal-"));
  directory = path.join(parent, "journal");
  journals = [];
});
afterEach(async () => {
  await Promise.all(journals.map((journal) => journal.close()));
  await rm(parent, { recursive: true });
});

async function open(options: Omit<JournalOptions, "directory"> = {}): Promise<Journal> {
  const journal = await openJournal({ directory, ...options });
  journals.push(journal);
  return journal;
}

const written = (): Promise<string[]> => linesIn(directory);

async function linesIn(journalDirectory: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readJournal(journalDirectory)) lines.push(line);
  return lines;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** What became of each append: true when it was acknowledged. */
async function outcomes(appends: readonly Promise<void>[]): Promise<boolean[]> {
  const settled = await Promise.allSettled(appends);
  return settled.map((one) => {
    if (one.status === "fulfilled") return true;
    if (one.reason instanceof JournalUnavailable) return false;
    throw one.reason;
  });
}

test("lines are on disk when their append resolves, in the order of the calls", async () => {
  const journal = await open();
  await Promise.all(numbers(1_000).map((line) => journal.append(line)));
  expect(await readFile(segmentPath(directory, 1), "utf8")).toBe(`${numbers(1_000).join("\n")}\n`);
});

test("lines that wait together share a flush", async () => {
  let flushes = 0;
  const fdatasync: FlushCalls["fdatasync"] = (fd, done) => {
    flushes += 1;
    fs.fdatasync(fd, done);
  };
  const journal = await open({ calls: { write: fs.write, fdatasync } });
  await Promise.all(numbers(1_000).map((line) => journal.append(line)));
  expect(flushes).toBe(1);
});

test("more than one batch of long lines, of any characters, arrives whole", async () => {
  const journal = await open();
  const lines = numbers(40).map((number) => `${number} ${"é€😀".repeat(8_000)}`);
  lines.push("€".repeat(1_000_000), "end");
  await Promise.all(lines.map((line) => journal.append(line)));
  expect(await written()).toEqual(lines);
});

test("a full segment is followed by the next, also after opening again", async () => {
  const first = await open({ segmentBytes: 10 });
  for (const line of ["aaaa", "bbbb", "cccc"]) await first.append(line);
  await first.close();
  expect(await listSegments(directory)).toEqual([1, 2]);
  const second = await open({ segmentBytes: 5 });
  await second.append("dddd");
  expect(await listSegments(directory)).toEqual([1, 2, 3]);
  expect(await written()).toEqual(["aaaa", "bbbb", "cccc", "dddd"]);
});

test("files are for their owner only, whatever the umask", () => {
  const { stdout } = runChild(`
    process.umask(0);
    const journal = await openJournal({ directory });
    await journal.append("a");
    await journal.close();
  `);
  expect(stdout).toBe("");
  expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
  expect(fs.statSync(segmentPath(directory, 1)).mode & 0o777).toBe(0o600);
});

test.each([
  ["behind a line", "a\nb\n", "tor", "a\nb\n"],
  ["as long as a page", "a\n", "x".repeat(200_000), "a\n"],
  ["of zeros, as after a power cut", "a\n", "\0".repeat(5_000), "a\n"],
  ["that is all there is", "", "tor", ""],
])("a torn tail %s is cut off at open", async (_, complete, tail, kept) => {
  await (await open()).close();
  await writeFile(segmentPath(directory, 1), complete + tail);
  const journal = await open();
  expect(await readFile(segmentPath(directory, 1), "utf8")).toBe(kept);
  await journal.append("next");
  expect(await readFile(segmentPath(directory, 1), "utf8")).toBe(`${kept}next\n`);
});

test("close answers everything that was appended before it", async () => {
  const journal = await open();
  const appends = numbers(100).map((line) => journal.append(line));
  await journal.close();
  expect(await outcomes(appends)).toEqual(appends.map(() => true));
  expect(await written()).toHaveLength(100);
});

test("a closed journal refuses", async () => {
  const journal = await open();
  await journal.close();
  await expect(journal.append("a")).rejects.toThrow("closed");
});

test("two lines in one are refused, and so is a line beyond all measure", async () => {
  const journal = await open();
  expect(await outcomes([journal.append("a\nb"), journal.append("x".repeat(3_000_000))])).toEqual([
    false,
    false,
  ]);
  expect(await listSegments(directory)).toEqual([]);
});

async function tryAppend(journal: Journal, line: string, held: (() => void)[]): Promise<boolean> {
  const appended = outcomes([journal.append(line)]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  held.shift()?.();
  return (await appended)[0] === true;
}

describe("when the disk fails", () => {
  const failure = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });

  /** Real calls, but the flushes that are counted here fail. */
  function failingFlushes(failing: ReadonlySet<number>): {
    calls: FlushCalls;
    flushed: number[];
  } {
    const flushed: number[] = [];
    const fdatasync: FlushCalls["fdatasync"] = (fd, done) => {
      flushed.push(fd);
      if (failing.has(flushed.length)) setImmediate(() => done(failure));
      else fs.fdatasync(fd, done);
    };
    return { calls: { write: fs.write, fdatasync }, flushed };
  }

  test("a failed flush rejects its whole batch and leaves no trace of it", async () => {
    const { calls } = failingFlushes(new Set([2]));
    const journal = await open({ calls });
    await journal.append("before");
    const batch = await outcomes(numbers(10).map((line) => journal.append(line)));
    expect(batch).toEqual(Array.from({ length: 10 }, () => false));
    await journal.append("after");
    expect(await written()).toEqual(["before", "after"]);
  });

  test("a segment whose flush failed is never written to or flushed again", async () => {
    const { calls, flushed } = failingFlushes(new Set([2]));
    const journal = await open({ calls });
    // Held open, so that a new segment cannot be given the number of the old descriptor.
    const spare = fs.openSync("/dev/null", "r");
    await journal.append("before");
    await outcomes([journal.append("lost")]);
    const sizeThen = (await stat(segmentPath(directory, 1))).size;
    await journal.append("after");
    fs.closeSync(spare);
    expect(flushed).toHaveLength(3);
    expect(await listSegments(directory)).toEqual([1, 2]);
    expect((await stat(segmentPath(directory, 1))).size).toBe(sizeThen);
    expect(await readFile(segmentPath(directory, 2), "utf8")).toBe("after\n");
  });

  test("a disk that fails for long does not fill up with empty segments", async () => {
    const { calls } = failingFlushes(new Set(Array.from({ length: 50 }, (_, index) => index + 1)));
    const journal = await open({ calls });
    for (const line of numbers(50)) expect(await outcomes([journal.append(line)])).toEqual([false]);
    await journal.append("after");
    expect(await listSegments(directory)).toEqual([1]);
    expect(await written()).toEqual(["after"]);
  });

  test("a short write rejects its batch and leaves no trace of it", async () => {
    let short = false;
    const write: FlushCalls["write"] = (fd, bytes, offset, length, position, done) => {
      fs.write(fd, bytes, offset, short ? length - 1 : length, position, done);
    };
    const journal = await open({ calls: { write, fdatasync: fs.fdatasync } });
    await journal.append("before");
    short = true;
    expect(await outcomes([journal.append("lost"), journal.append("too")])).toEqual([false, false]);
    short = false;
    await journal.append("after");
    expect(await written()).toEqual(["before", "after"]);
  });

  test("a disk that hangs is not waited for, and service resumes when it answers", async () => {
    const held: (() => void)[] = [];
    const fdatasync: FlushCalls["fdatasync"] = (fd, done) => {
      held.push(() => fs.fdatasync(fd, done));
    };
    const journal = await open({ calls: { write: fs.write, fdatasync }, stallMs: 50 });
    const flying = journal.append("flying");
    await new Promise(setImmediate);
    const waiting = journal.append("waiting");
    expect(await outcomes([flying, waiting])).toEqual([false, false]);
    await expect(journal.append("refused")).rejects.toThrow("stalled");
    held.shift()?.();
    await expect.poll(() => tryAppend(journal, "after", held)).toBe(true);
    const lines = await written();
    expect(lines).not.toContain("waiting");
    expect(lines).not.toContain("refused");
    expect(lines.filter((line) => line === "after")).toHaveLength(1);
  });

  test("the queue is bounded: what exceeds it is refused at once", async () => {
    const held: (() => void)[] = [];
    const fdatasync: FlushCalls["fdatasync"] = (fd, done) => {
      held.push(() => fs.fdatasync(fd, done));
    };
    const journal = await open({ calls: { write: fs.write, fdatasync } });
    const flying = journal.append("flying");
    await expect.poll(() => held.length).toBe(1);
    const waiting = numbers(8_192).map((line) => journal.append(line));
    await expect(journal.append("excess")).rejects.toThrow("too many");
    held.shift()?.();
    await expect.poll(() => held.length).toBe(1);
    held.shift()?.();
    expect(await outcomes([flying, ...waiting])).not.toContain(false);
  });

  test("the queue is bounded in length too", async () => {
    const calls = { write: fs.write, fdatasync: () => undefined };
    const journal = await openJournal({ directory, calls });
    const line = "x".repeat(2_000_000);
    let refused: unknown;
    for (let count = 0; count < 20; count += 1) {
      journal.append(line).catch((error: unknown) => (refused ??= error));
      await Promise.resolve();
    }
    expect(refused).toMatchObject({ message: expect.stringContaining("too many") as string });
  });

  test("the kernel's limit on a file's size costs one batch, not the service", async () => {
    const { stdout } = runChild(
      `
      const line = "x".repeat(1000);
      for (let number = 0; number < 300; number += 1) {
        const acknowledged = await journal.append(number + line).then(() => true, () => false);
        console.log(number, acknowledged);
      }
      `,
      ["prlimit", "--fsize=65536"],
    );
    const answers = stdout.trim().split("\n");
    const acknowledged = answers.filter((answer) => answer.endsWith("true")).map(Number.parseFloat);
    expect(answers).toHaveLength(300);
    expect(acknowledged.length).toBeGreaterThan(280);
    expect(acknowledged.length).toBeLessThan(300);
    expect((await written()).map(Number.parseFloat)).toEqual(acknowledged);
  });
});

describe("on a full disk", () => {
  const mounted = fs.mkdtempSync(path.join(tmpdir(), "keyhaven-full-"));
  const canMount =
    process.platform === "linux" &&
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", mounted]).status === 0;
  if (canMount) spawnSync("umount", [mounted]);
  fs.rmdirSync(mounted);

  test.skipIf(!canMount)(
    "appends are refused, and resume by themselves when space returns",
    async () => {
      fs.mkdirSync(mounted);
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", mounted]);
      try {
        await writeFile(path.join(mounted, "filler"), Buffer.alloc(256 * 1024));
        const journal = await openJournal({ directory: path.join(mounted, "journal") });
        const line = "x".repeat(999);
        const acknowledged: string[] = [];
        const append = async (number: number): Promise<boolean> => {
          const [done] = await outcomes([journal.append(number + line)]);
          if (done === true) acknowledged.push(number + line);
          return done === true;
        };
        let number = 0;
        while (number < 1_000 && (await append(number))) number += 1;
        expect(number).toBeGreaterThan(100);
        expect(number).toBeLessThan(1_000);
        for (let more = 0; more < 20; more += 1) await append(1_000 + more);
        fs.rmSync(path.join(mounted, "filler"));
        for (let more = 0; more < 50; more += 1) expect(await append(2_000 + more)).toBe(true);
        await journal.close();
        const lines = await linesIn(path.join(mounted, "journal"));
        expect(lines).toEqual(acknowledged);
      } finally {
        spawnSync("umount", [mounted]);
        fs.rmdirSync(mounted);
      }
    },
  );
});

describe("kill -9", () => {
  const script = `
    let number = 0;
    const work = async (worker) => {
      for (;;) {
        const id = [process.pid, worker, (number += 1)].join("-");
        await journal.append(JSON.stringify({ id, pad: "x".repeat(number % 700) }));
        fs.writeSync(1, id + "\\n");
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, worker) => work(worker)));
  `;

  test("loses nothing that was acknowledged and doubles nothing, ten times over", async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const child = spawn(process.execPath, childArguments(script), {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const killAfter = acknowledged.length + 50 + 97 * round;
      for await (const id of createInterface(child.stdout)) {
        acknowledged.push(id);
        if (acknowledged.length === killAfter) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      // As if the last write had been torn by the crash.
      const last = (await listSegments(directory)).at(-1) ?? 1;
      if (round % 2 === 0) await appendFile(segmentPath(directory, last), '{"id":"torn');
    }
    await (await open()).close();
    const ids = (await written()).map((line) => (JSON.parse(line) as { id: string }).id);
    expect((await listSegments(directory)).length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
  }, 60_000);
});

/** A program of its own that has the journal open in `journal`. */
function childArguments(program: string): string[] {
  const module = JSON.stringify(path.join(import.meta.dirname, "journal.ts"));
  const opening = program.includes("openJournal")
    ? ""
    : "const journal = await openJournal({ directory, segmentBytes: 100_000 });";
  const source = `
    import fs from "node:fs";
    const { openJournal } = await import(${module});
    const directory = ${JSON.stringify(directory)};
    ${opening}
    ${program}
  `;
  return ["--input-type=module", "--eval", source];
}

function runChild(program: string, limit: readonly string[] = []): { stdout: string } {
  const [command = "", ...rest] = [...limit, process.execPath, ...childArguments(program)];
  const { stdout, stderr, status } = spawnSync(command, rest, { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return { stdout };
}
