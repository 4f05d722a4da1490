import { BoundedMap } from "../lib/bounded-map.ts";
import type { KeyName } from "../store/records.ts";
import { keyArn } from "./key.ts";

/** How long a key that could not be seen to is left alone. */
const restMs = 600_000;

/** A key that is forgotten is tried again at once. */
const maxSetbacks = 10_000;

export interface Setback {
  readonly keyArn: string;
  readonly error: unknown;
}

/** Keys that could not be seen to, for reasons of their own. They are tried again later. */
export class Setbacks {
  readonly #untilMs = new BoundedMap<string, number>(maxSetbacks);
  readonly #onSetback: (setback: Setback) => void;

  /** `onSetback` hears of each, every time. */
  constructor(onSetback: (setback: Setback) => void) {
    this.#onSetback = onSetback;
  }

  isResting(name: KeyName, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(keyArn(name));
    // A clock that went back does not prolong the rest.
    return untilMs !== undefined && nowMs < untilMs && untilMs - nowMs <= restMs;
  }

  note(name: KeyName, error: unknown, nowMs: number): void {
    this.#untilMs.set(keyArn(name), nowMs + restMs);
    this.#onSetback({ keyArn: keyArn(name), error });
  }
}
