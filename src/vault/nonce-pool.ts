import { randomFillSync } from "node:crypto";
import { newSecret } from "./secret-bytes.ts";

const poolBytes = 16_384;

type FillRandom = (bytes: Uint8Array) => void;

/**
 * Random bytes from the operating system's generator by way of OpenSSL, fetched many at
 * a time: a call for twelve bytes costs more than the cipher they are for.
 */
export class NoncePool {
  readonly #bytes = newSecret(poolBytes);
  readonly #fillRandom: FillRandom;
  #used = poolBytes;

  constructor(fillRandom: FillRandom = randomFillSync) {
    this.#fillRandom = fillRandom;
  }

  /** Writes `count` bytes that are given out this once. Throws when there is no randomness. */
  fill(into: Uint8Array, at: number, count: number): void {
    if (count > poolBytes) throw new Error("more random bytes than the pool holds");
    if (poolBytes - this.#used < count) this.#refill();
    const end = this.#used + count;
    into.set(this.#bytes.subarray(this.#used, end), at);
    // Wiped as used: the pool never holds bytes that have gone out.
    this.#bytes.fill(0, this.#used, end);
    this.#used = end;
  }

  /** Until the refill has succeeded the pool counts as empty, so that zeros never go out. */
  #refill(): void {
    this.#used = poolBytes;
    this.#fillRandom(this.#bytes);
    this.#used = 0;
  }
}
