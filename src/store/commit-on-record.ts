import type { Change, OutboxEntry, Store } from "./store.ts";

/**
 * Stores changes together with their record, and puts the record on the journal: both are
 * on disk when this resolves. Rejects as commit does, and then nothing has happened; when
 * the journal rejects, the record is made up for later.
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
  entry: OutboxEntry,
): Promise<void> {
  await store.commit(changes, entry);
  await trail.append(entry);
  store.settle(entry.eventId);
}
