/** The trail: what happened, in CloudTrail's words, on disk before anyone hears of it. */
import type { JournalEntry, Trail } from "../service/trail.ts";
import type { Journal } from "./journal.ts";
import { composeRecord } from "./record.ts";
import { type Outbox, recoverOutbox } from "./recover.ts";

/** More failures than this are left to the next start, which looks at the whole outbox. */
const maxOwed = 8_192;

/**
 * Opens the trail over a journal, after bringing into it what a crash left behind in the
 * store. Rejects when that is not possible. Closing the trail closes the journal.
 */
export async function openTrail(parts: {
  readonly journal: Journal;
  readonly store: Outbox;
}): Promise<Trail & { close(): Promise<void> }> {
  await recoverOutbox(parts);
  return new JournalledTrail(parts);
}

class JournalledTrail implements Trail {
  readonly compose = composeRecord;
  readonly #journal: Journal;
  readonly #store: Outbox;
  /** Ids whose append failed. Those committed with a change are still due for the journal. */
  readonly #owed = new Set<string>();
  #paying: Promise<void> | undefined;

  constructor({ journal, store }: { readonly journal: Journal; readonly store: Outbox }) {
    this.#journal = journal;
    this.#store = store;
  }

  append(entry: JournalEntry): Promise<void> {
    return this.#journal.append(entry.line).then(
      () => this.#payOwed(),
      (error: unknown) => {
        if (this.#owed.size < maxOwed) this.#owed.add(entry.eventId);
        throw error;
      },
    );
  }

  async close(): Promise<void> {
    await this.#paying;
    await this.#journal.close();
  }

  #payOwed(): void {
    if (this.#owed.size > 0) this.#paying ??= this.#pay();
  }

  /**
   * The journal works again: changes that were committed meanwhile get their records now,
   * not only at the next start. Entries in flight are none of its business, so it looks
   * only at those whose append is known to have failed.
   */
  async #pay(): Promise<void> {
    const due = new Set(this.#owed);
    try {
      await recoverOutbox({ journal: this.#journal, store: this.#store }, ({ eventId }) =>
        due.has(eventId),
      );
      for (const eventId of due) this.#owed.delete(eventId);
    } catch {
      // They stay owed, and the next line that reaches the disk starts another attempt.
    } finally {
      this.#paying = undefined;
    }
  }
}
