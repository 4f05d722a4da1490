/** When nothing else is written, entries are settled after this long. */
const idleMs = 1_000;

/** No more than so many event ids are kept back. */
const maxKept = 1_024;

/** Event ids whose entries have reached the journal, kept until a commit takes them along. */
export class SettledEntries {
  readonly #onDue: () => void;
  #eventIds: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  /** `onDue` hears when they have waited long enough for a commit. */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  add(eventId: string): void {
    this.putBack([eventId]);
    if (this.#eventIds.length >= maxKept) this.#becomeDue();
  }

  /** Keeps ids that could not be written, for another while. */
  putBack(eventIds: readonly string[]): void {
    this.#eventIds.push(...eventIds);
    // Settling can wait for ever: an entry that is not settled is recognized at the next start.
    if (this.#eventIds.length > 0) {
      this.#timer ??= setTimeout(() => this.#becomeDue(), idleMs).unref();
    }
  }

  /** Whether they are worth a transaction of their own; the last chance counts. */
  isDue(isLastChance: boolean): boolean {
    return this.#eventIds.length > 0 && (this.#isDue || isLastChance);
  }

  take(): readonly string[] {
    const taken = this.#eventIds;
    this.#eventIds = [];
    this.stop();
    return taken;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
  }

  #becomeDue(): void {
    this.#isDue = true;
    this.#onDue();
  }
}
