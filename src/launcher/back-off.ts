const firstDelayMs = 100;
const longestDelayMs = 5_000;
/** A process that ran this long was well: its next failure is a first one again. */
const settledAfterMs = 10_000;

/** How long to wait before a process is started again: 100 ms, doubling to 5 s. */
export class BackOff {
  #nextMs = firstDelayMs;

  /** The delay in milliseconds after a process that lived for `livedMs`. */
  delayAfter(livedMs: number): number {
    if (livedMs >= settledAfterMs) this.#nextMs = firstDelayMs;
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(delayMs * 2, longestDelayMs);
    return delayMs;
  }
}
