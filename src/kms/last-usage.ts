/**
 * When each key was last used, for GetKeyLastUsage. A cryptographic call writes nothing
 * but its journal record, so uses are noted in memory and stored every half minute. What
 * a crash takes from here still stands in the journal; AWS says this data may lag.
 */
import type { KeyLastUsageRecord, KeyName } from "../store/records.ts";
import type { Store } from "../store/store.ts";

/** Keys whose use waits to be stored; past this many they are stored at once. */
const maxWaiting = 10_000;

export class LastUsages {
  readonly #store: Store;
  #waiting = new Map<string, KeyLastUsageRecord>();
  #storing = new Map<string, KeyLastUsageRecord>();

  constructor(store: Store) {
    this.#store = store;
  }

  note(usage: KeyLastUsageRecord): void {
    this.#waiting.set(nameOf(usage), usage);
    if (this.#waiting.size >= maxWaiting) void this.flush().catch(() => undefined);
  }

  async find(name: KeyName): Promise<KeyLastUsageRecord | undefined> {
    const id = nameOf(name);
    const noted = this.#waiting.get(id) ?? this.#storing.get(id);
    return noted ?? (await this.#store.findKeyLastUsage(name));
  }

  /** Stores what was noted. What cannot be stored now is kept for the next time. */
  async flush(): Promise<void> {
    if (this.#waiting.size === 0 || this.#storing.size > 0) return;
    this.#storing = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#store.commit(await this.#changes([...this.#storing.values()]));
    } catch (error) {
      this.#waiting = new Map([...this.#storing, ...this.#waiting]);
      throw error;
    } finally {
      this.#storing = new Map();
    }
  }

  /** A key may have been deleted since it was used. */
  async #changes(usages: readonly KeyLastUsageRecord[]) {
    const keys = await Promise.all(usages.map(async (usage) => await this.#store.findKey(usage)));
    return usages
      .filter((_usage, index) => keys[index] !== undefined)
      .map((record) => ({ kind: "upsert", table: "keyLastUsages", record }) as const);
  }
}

function nameOf({ accountId, region, keyId }: KeyName): string {
  return `${accountId}/${region}/${keyId}`;
}
