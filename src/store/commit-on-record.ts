import type { Change, OutboxEntry, Store } from "./store.ts";

/**
 * Stores changes together with their records, and puts the records on the journal: all are
 * on disk when this resolves. Rejects as commit does, and then nothing has happened; when
 * the journal rejects, the records are made up for later.
 */
export async function commitOnRecord(
  {
    store,
    trail,
  }: {
    readonly store: Pick<Store, "commit" | "settle">;
    readonly trail: { append(entry: OutboxEntry): Promise<void> };
  },
  changes: readonly Change[],
  ...entries: readonly OutboxEntry[]
): Promise<void> {
  await store.commit(changes, ...entries);
  await Promise.all(entries.map((entry) => trail.append(entry)));
  for (const { eventId } of entries) store.settle(eventId);
}
