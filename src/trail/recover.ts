/**
 * Brings entries into the journal that were committed with a change but never written:
 * the process died, or the disk failed, between the commit and the append.
 */
import { stat } from "node:fs/promises";
import { listSegments, readSegment, segmentPath } from "../lib/journal-reader.ts";
import type { OutboxEntry, Store } from "../store/store.ts";
import type { Journal } from "./journal.ts";

/** What the trail needs of the store: the lines that were committed and are due. */
export type Outbox = Pick<Store, "listOutbox" | "settle">;

/** For clocks that were set back a little between an event and its flush. */
const clockSlackMs = 60_000;

/**
 * Appends the unsettled entries of the store that are not in the journal yet, oldest
 * first, and settles them all. `concerns` picks the entries to look at. Safe to repeat:
 * an entry that is in the journal is never appended again.
 */
export async function recoverOutbox(
  { journal, store }: { readonly journal: Journal; readonly store: Outbox },
  concerns: (entry: OutboxEntry) => boolean = () => true,
): Promise<void> {
  const entries = (await store.listOutbox()).filter(concerns);
  if (entries.length === 0) return;
  const missing = await findMissing(journal.directory, entries);
  for (const { eventId, line } of entries) {
    if (missing.has(eventId)) await journal.append(line);
    store.settle(eventId);
  }
}

/**
 * Searches from the newest segment back. An entry is appended after its event, so a
 * segment that was last written to before the oldest of the events cannot hold any, nor
 * can those before it. Should a clock that was set back far mislead us, the entry is
 * written twice, under one event id; it is never lost.
 */
async function findMissing(
  directory: string,
  entries: readonly OutboxEntry[],
): Promise<ReadonlySet<string>> {
  const missing = new Set(entries.map(({ eventId }) => eventId));
  const oldestMs = Math.min(...entries.map(({ line }) => eventTimeMs(line)));
  for (const segment of (await listSegments(directory)).toReversed()) {
    const { mtimeMs } = await stat(segmentPath(directory, segment));
    if (missing.size === 0 || mtimeMs < oldestMs - clockSlackMs) break;
    for await (const line of readSegment(directory, segment)) {
      const eventId = memberOf(line, "eventID");
      if (eventId !== undefined) missing.delete(eventId);
    }
  }
  return missing;
}

/** 0, which is before everything, when the line does not say. */
function eventTimeMs(line: string): number {
  const atMs = Date.parse(memberOf(line, "eventTime") ?? "");
  return Number.isNaN(atMs) ? 0 : atMs;
}

/** Parsed, not searched for: a caller's own text may look like a member of the record. */
function memberOf(line: string, member: "eventID" | "eventTime"): string | undefined {
  try {
    const value: unknown = (JSON.parse(line) as Record<string, unknown> | null)?.[member];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
