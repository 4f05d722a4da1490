interface BoundedMapOptions<Key, Value> {
  /** Hears of each value that has to make room for another. */
  readonly onDrop?: (value: Value) => void;
  /** What an entry counts for, the same each time it is asked; one when missing. */
  readonly weigh?: (value: Value, key: Key) => number;
}

/**
 * A map that holds at most so many entries, or so much weight, and lets go of the least
 * recently used. While it is not half full, nothing is let go of for long, and use is not
 * kept track of.
 */
export class BoundedMap<Key, Value> {
  readonly #max: number;
  readonly #entries = new Map<Key, Value>();
  readonly #onDrop: ((value: Value) => void) | undefined;
  readonly #weigh: (value: Value, key: Key) => number;
  #used = 0;

  constructor(max: number, { onDrop, weigh = () => 1 }: BoundedMapOptions<Key, Value> = {}) {
    this.#max = max;
    this.#onDrop = onDrop;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined || this.#used * 2 <= this.#max) return value;
    // A map iterates in order of insertion, so the entry goes to the end.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** What weighs more than the map may hold is not kept. */
  set(key: Key, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#used += this.#weigh(value, key);
    for (const [oldest, dropped] of this.#entries) {
      if (this.#used <= this.#max) return;
      this.delete(oldest);
      this.#onDrop?.(dropped);
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
    const value = this.#entries.get(key);
    if (value !== undefined) this.#used -= this.#weigh(value, key);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#used = 0;
  }
}
