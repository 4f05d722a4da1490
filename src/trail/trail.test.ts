import { mkdtemp, rm, utimes } from "node:fs/promises";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readJournal, segmentPath } from "../lib/journal-reader.ts";
import type { JournalEntry, ServiceEvent } from "../service/trail.ts";
import { type Journal, openJournal } from "./journal.ts";
import { composeRecord } from "./record.ts";
import type { Outbox } from "./recover.ts";
import type { FlushCalls } from "./segment.ts";
import { openTrail } from "./trail.ts";

let directory = "";
let journal: Journal;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "keyhaven-trail-"));
  journal = await openJournal({ directory, segmentBytes: 2_000 });
});
afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true });
});

/** The part of a store that the trail knows. */
function outboxOf(...entries: JournalEntry[]): Outbox & { entries: Map<string, JournalEntry> } {
  const held = new Map(entries.map((due) => [due.eventId, due]));
  return {
    entries: held,
    listOutbox: () => Promise.resolve([...held.values()]),
    settle: (eventId) => void held.delete(eventId),
  };
}

function entry(change: Partial<ServiceEvent> = {}): JournalEntry {
  return composeRecord({
    eventSource: "kms.amazonaws.com",
    eventName: "DeleteKey",
    readOnly: false,
    requestParameters: null,
    responseElements: null,
    accountId: "111122223333",
    region: "us-east-1",
    atMs: Date.now(),
    ...change,
  });
}

async function written(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readJournal(directory)) lines.push(line);
  return lines;
}

test("what is composed and appended is in the journal", async () => {
  const trail = await openTrail({ journal, store: outboxOf() });
  const one = entry();
  await trail.append(one);
  expect(await written()).toEqual([one.line]);
});

test("an entry that was committed but not appended is appended at open, and settled", async () => {
  const [one, two] = [entry(), entry()];
  const store = outboxOf(one, two);
  await openTrail({ journal, store });
  expect(await written()).toEqual([one.line, two.line]);
  expect(store.entries.size).toBe(0);
});

test("an entry that is in the journal already is only settled, some segments back too", async () => {
  const early = entry();
  const others = Array.from({ length: 20 }, () => entry());
  for (const { line } of [early, ...others]) await journal.append(line);
  const missing = entry();
  const store = outboxOf(early, missing);
  await openTrail({ journal, store });
  expect(await written()).toEqual([early, ...others, missing].map(({ line }) => line));
  expect(store.entries.size).toBe(0);
});

test("a text that quotes an event id is not mistaken for the event", async () => {
  const missing = entry();
  const quoting = entry({
    requestParameters: { eventID: missing.eventId, quoted: `"eventID":"${missing.eventId}"` },
  });
  await journal.append(quoting.line);
  await openTrail({ journal, store: outboxOf(missing) });
  expect(await written()).toEqual([quoting.line, missing.line]);
});

test("a damaged line does not stop the search", async () => {
  const present = entry();
  await journal.append(present.line);
  await journal.append('{"eventID":"half');
  await journal.append("null");
  await openTrail({ journal, store: outboxOf(present) });
  expect(await written()).toHaveLength(3);
});

test("segments last written to well before the event are not searched", async () => {
  const event = entry();
  await journal.append(event.line);
  const hourAgo = Date.now() / 1_000 - 3_600;
  await utimes(segmentPath(directory, 1), hourAgo, hourAgo);
  await openTrail({ journal, store: outboxOf(event) });
  // Written twice: the search ended before it, which the times above made it believe.
  expect(await written()).toEqual([event.line, event.line]);
});

test("an outbox line without a time is looked for everywhere", async () => {
  const timeless = { eventId: "one", line: '{"eventID":"one"}' };
  await journal.append(timeless.line);
  await utimes(segmentPath(directory, 1), 1, 1);
  await openTrail({ journal, store: outboxOf(timeless) });
  expect(await written()).toEqual([timeless.line]);
});

test("an entry whose append failed is made up for as soon as the journal works again", async () => {
  let failing = true;
  const fdatasync: FlushCalls["fdatasync"] = (fd, done) => {
    if (failing) setImmediate(() => done(new Error("EIO")));
    else fs.fdatasync(fd, done);
  };
  const broken = await openJournal({ directory, calls: { write: fs.write, fdatasync } });
  const store = outboxOf();
  const trail = await openTrail({ journal: broken, store });

  const [committed, uncommitted, inFlight, next] = [entry(), entry(), entry(), entry()];
  store.entries.set(committed.eventId, committed);
  await expect(trail.append(committed)).rejects.toThrow("cannot be written");
  await expect(trail.append(uncommitted)).rejects.toThrow("cannot be written");
  store.entries.set(inFlight.eventId, inFlight);
  failing = false;
  await trail.append(next);
  await trail.close();

  expect(await written()).toEqual([next.line, committed.line]);
  expect([...store.entries.keys()]).toEqual([inFlight.eventId]);
});

test("opening fails when what is due cannot be written", async () => {
  const calls: FlushCalls = {
    write: fs.write,
    fdatasync: (_fd, done) => setImmediate(() => done(new Error("EIO"))),
  };
  const broken = await openJournal({ directory, calls });
  const store = outboxOf(entry());
  await expect(openTrail({ journal: broken, store })).rejects.toThrow("cannot be written");
  expect(store.entries.size).toBe(1);
  await broken.close();
});
