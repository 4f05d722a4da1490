/** Values that replace one another, for one listener who cares for the newest only. */
export class Latest<Value> {
  #value: Value | undefined;
  #listener: ((value: Value) => void) | undefined;

  offer(value: Value): void {
    this.#value = value;
    this.#listener?.(value);
  }

  /** The listener hears of the newest value at once, when there is one, and of each that follows. */
  subscribe(listener: (value: Value) => void): void {
    this.#listener = listener;
    if (this.#value !== undefined) listener(this.#value);
  }
}
