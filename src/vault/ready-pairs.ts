/**
 * RSA key pairs made ahead, because making one takes up to a second. Only specs that were
 * asked for are kept ready, only while the vault is idle are they made, and those that
 * nobody takes are wiped.
 */
import type { Refusal } from "../vault-protocol/commands.ts";
import { type MadePair, makePair, rsaSpecs } from "./algorithms/key-specs.ts";
import { isRefusal } from "./refusals.ts";
import type { SlowWork } from "./slow-work.ts";

const readyPerSpec = 2;
const idleMs = 500;
const maximumAgeMs = 600_000;

interface ReadyPair {
  readonly pair: MadePair;
  readonly madeAtMs: number;
}

export interface ReadyPairsOptions {
  readonly nowMs: () => number;
  readonly slow: SlowWork;
  readonly make?: (spec: string) => Promise<MadePair>;
  /** How long nothing must have been asked for before pairs are made ahead. */
  readonly afterMs?: number;
}

export class ReadyPairs {
  readonly #make: (spec: string) => Promise<MadePair>;
  readonly #nowMs: () => number;
  readonly #slow: SlowWork;
  readonly #afterMs: number;
  /** Oldest first, for each spec that was asked for of late. */
  readonly #ready = new Map<string, ReadyPair[]>();
  #idle: NodeJS.Timeout | undefined;
  #isMaking = false;
  #isClosed = false;

  constructor({ nowMs, slow, make = makePair, afterMs = idleMs }: ReadyPairsOptions) {
    this.#nowMs = nowMs;
    this.#slow = slow;
    this.#make = make;
    this.#afterMs = afterMs;
  }

  /** How many pairs of a spec are ready. */
  readyOf(spec: string): number {
    return this.#ready.get(spec)?.length ?? 0;
  }

  /**
   * A pair that nobody else gets: one that is ready, or one made now. The caller wipes it.
   * "overdue" when it could not be begun in time.
   */
  async take(spec: string): Promise<MadePair | Refusal> {
    if (!rsaSpecs.includes(spec)) {
      return await this.#slow.others.run(async () => await this.#make(spec));
    }
    const ready = this.#ready.get(spec) ?? [];
    this.#ready.set(spec, ready);
    this.#waitForIdle();
    return ready.shift()?.pair ?? (await this.#makeRsa(spec));
  }

  /** Wipes pairs that have waited for too long; their specs are made ahead no longer. */
  forgetOld(): void {
    const madeBeforeMs = this.#nowMs() - maximumAgeMs;
    for (const [spec, ready] of this.#ready) {
      if (ready.every(({ madeAtMs }) => madeAtMs >= madeBeforeMs)) continue;
      wipeAll(ready);
      this.#ready.delete(spec);
    }
  }

  /** Wipes all of them, and makes no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    for (const ready of this.#ready.values()) wipeAll(ready);
    this.#ready.clear();
  }

  async #makeRsa(spec: string): Promise<MadePair | Refusal> {
    return await this.#slow.primes.run(async () => await this.#make(spec));
  }

  #waitForIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#makeAhead(), this.#afterMs).unref();
  }

  /** One, and then the next if the vault is still idle. */
  async #makeAhead(): Promise<void> {
    const wanted = [...this.#ready].find(([, ready]) => ready.length < readyPerSpec);
    if (wanted === undefined || this.#isMaking || this.#isClosed) return;
    const [spec] = wanted;
    this.#isMaking = true;
    // A caller who needs a pair meets the error; ahead of that it is nobody's.
    const pair = await this.#makeRsa(spec).catch(() => undefined);
    this.#isMaking = false;
    if (pair === undefined || isRefusal(pair)) return;
    const ready = this.#ready.get(spec);
    // The vault may have been closed, or the spec forgotten, while the pair was made.
    if (ready === undefined) {
      pair.privateKey.fill(0);
      return;
    }
    ready.push({ pair, madeAtMs: this.#nowMs() });
    this.#waitForIdle();
  }
}

function wipeAll(ready: ReadyPair[]): void {
  for (const { pair } of ready.splice(0)) pair.privateKey.fill(0);
}
