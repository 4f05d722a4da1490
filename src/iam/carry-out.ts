/** Making what an operation comes to durable, together with its record. */
import type { JournalEntry, Trail } from "../service/trail.ts";
import type { Change } from "../store/store.ts";
import { StoreConflict } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";

/** How often a call begins again because another change came first. */
const maxAttempts = 5;

export interface Settled<Outcome> {
  readonly outcome: Outcome;
  readonly entry: JournalEntry;
}

/**
 * Runs the work, and again when another change came first; nothing when it always did.
 * Resolves when the changes and the entry are in the store, but the entry not yet in the
 * journal. `drop` hears of an outcome that came to nothing.
 */
export async function carryOut<Outcome extends { readonly changes?: readonly Change[] }>(
  work: {
    readonly run: () => Promise<Outcome>;
    readonly entryFor: (outcome: Outcome) => JournalEntry;
    readonly drop: (outcome: Outcome) => void;
  },
  store: AccountStore,
): Promise<Settled<Outcome> | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const outcome = await work.run();
    const entry = work.entryFor(outcome);
    if (outcome.changes === undefined) return { outcome, entry };
    try {
      await store.commit(outcome.changes, entry);
      return { outcome, entry };
    } catch (error) {
      work.drop(outcome);
      if (!(error instanceof StoreConflict)) throw error;
    }
  }
  return undefined;
}

/**
 * Puts the entry into the journal; rejects when that fails. The changes stay then, and so
 * does their record, which the trail will make up for: but the answer does not leave, so
 * neither does a secret in it.
 */
export async function putOnRecord<Outcome extends { readonly changes?: readonly Change[] }>(
  { outcome, entry }: Settled<Outcome>,
  drop: (outcome: Outcome) => void,
  { trail, store }: { readonly trail: Trail; readonly store: AccountStore },
): Promise<void> {
  try {
    await trail.append(entry);
  } catch (error) {
    drop(outcome);
    throw error;
  }
  if (outcome.changes !== undefined) store.settle(entry.eventId);
}
