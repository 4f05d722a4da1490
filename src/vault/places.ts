import type { Refusal } from "../vault-protocol/commands.ts";
import { overdue } from "./refusals.ts";

interface PlacesOptions {
  /** As many pieces of work are under way at once. */
  readonly count: number;
  /** Work that could not begin within this time is not begun any more. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
}

/** At most so many pieces of work at once; the others wait in the order they came. */
export class Places {
  readonly #options: PlacesOptions;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#free = options.count;
  }

  /**
   * Does the work as soon as there is a place for it, before this returns if there is one
   * now; "overdue" when nobody waits for it any more by then.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
    const { patienceMs, nowMs } = this.#options;
    const latestMs = nowMs() + patienceMs;
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return nowMs() > latestMs ? overdue : await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
