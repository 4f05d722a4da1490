/**
 * A map that holds at most so many entries, and lets go of the least recently used. While
 * it is not half full, nothing is let go of for long, and use is not kept track of.
 */
export class BoundedMap<Key, Value> {
  readonly #maxEntries: number;
  readonly #entries = new Map<Key, Value>();
  readonly #onDrop: ((value: Value) => void) | undefined;

  /** `onDrop` hears of each value that has to make room for another. */
  constructor(maxEntries: number, onDrop?: (value: Value) => void) {
    this.#maxEntries = maxEntries;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined || this.#entries.size * 2 <= this.#maxEntries) return value;
    // A map iterates in order of insertion, so the entry goes to the end.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#maxEntries) return;
    for (const [oldest, dropped] of this.#entries) {
      this.#entries.delete(oldest);
      this.#onDrop?.(dropped);
      return;
    }
  }

  getOrAdd(key: Key, make: (key: Key) => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    this.set(key, made);
    return made;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
