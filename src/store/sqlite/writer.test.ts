import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../../test/store-bench.ts";
import { StoreBusy, StoreUnavailable } from "../errors.ts";
import type { WriteRequest } from "./batch.ts";
import { openDatabase } from "./database.ts";
import { prepareDatabaseFile } from "./schema.ts";
import { Writer } from "./writer.ts";

interface Opened {
  readonly file: string;
  readonly writer: Writer;
  readonly failures: Error[];
}

async function openWriter(): Promise<Opened> {
  const file = path.join(temporaryDirectory(), "keyhaven.db");
  prepareDatabaseFile(file, "serve");
  const failures: Error[] = [];
  const writer = await Writer.open(file, (error) => failures.push(error));
  onTestFinished(async () => await writer.close());
  return { file, writer, failures };
}

const nothing = (): void => undefined;

function entry(eventId: string): WriteRequest {
  return { changes: [], entries: [{ eventId, line: "{}" }] };
}

/** A request that no caller can make: the thread has no answer to it. */
const nonsense = {
  changes: [{ table: "nonsense", kind: "insert", values: [] }],
  entries: [],
} as unknown as WriteRequest;

function eventIdsIn(file: string): unknown[] {
  const database = openDatabase(file, "read");
  const rows = database.prepare("SELECT event_id AS id FROM outbox ORDER BY sequence").all();
  database.close();
  return rows.map(({ id }) => id);
}

test("refuses more than 1,024 waiting commits, and keeps those that wait", async () => {
  const { file, writer } = await openWriter();
  const waiting = Array.from(
    { length: 1_024 },
    async (_, index) => await writer.commit(entry(`event ${index}`), nothing),
  );
  await expect(writer.commit(entry("one too many"), nothing)).rejects.toThrow(StoreBusy);
  await Promise.all(waiting);
  expect(eventIdsIn(file)).toHaveLength(1_024);
  await writer.commit(entry("another"), nothing);
});

test("when its thread dies everything is rejected, at once and from then on", async () => {
  const { writer, failures } = await openWriter();
  const settled = Promise.allSettled([
    writer.commit(nonsense, nothing),
    writer.commit(entry("in the same batch"), nothing),
    writer.erase(),
  ]);
  await setTimeout(0);
  const later = Promise.allSettled([writer.commit(entry("in the next"), nothing)]);
  const outcomes = [...(await settled), ...(await later)];
  const unavailable = { status: "rejected", reason: expect.any(StoreUnavailable) as unknown };
  // The erasure had its turn before the batch that killed the thread.
  expect(outcomes).toMatchObject([unavailable, unavailable, { status: "fulfilled" }, unavailable]);
  expect(failures).toHaveLength(1);
  await expect(writer.commit(entry("much later"), nothing)).rejects.toThrow("has failed");
  await expect(writer.erase()).rejects.toThrow("has failed");
  expect(() => writer.requireOpen()).toThrow("has failed");
  await writer.close();
});

test("does not open where there is no database", async () => {
  const file = path.join(temporaryDirectory(), "missing.db");
  await expect(Writer.open(file, nothing)).rejects.toThrow("unable to open");
});

test("finishes what was accepted before it closes, settling included", async () => {
  const { file, writer } = await openWriter();
  await writer.commit(entry("settled"), nothing);
  const last = writer.commit(entry("last"), nothing);
  writer.settle("settled");
  await Promise.all([writer.close(), writer.close(), last]);
  expect(fs.existsSync(`${file}-wal`)).toBe(false);
  await expect(writer.commit(entry("late"), nothing)).rejects.toThrow("is closed");
  const reopened = openDatabase(file, "write");
  expect(reopened.prepare("SELECT event_id AS id FROM outbox").all()).toEqual([{ id: "last" }]);
  reopened.close();
});

test("settles within seconds when nothing else is written", async () => {
  const { file, writer } = await openWriter();
  await writer.commit(entry("1"), nothing);
  writer.settle("1");
  expect(eventIdsIn(file)).toEqual(["1"]);
  await expect.poll(() => eventIdsIn(file), { timeout: 5_000, interval: 100 }).toEqual([]);
});

test("settles with the next commit when there is one", async () => {
  const { file, writer } = await openWriter();
  await writer.commit(entry("1"), nothing);
  writer.settle("1");
  await writer.commit(entry("2"), nothing);
  expect(eventIdsIn(file)).toEqual(["2"]);
});
