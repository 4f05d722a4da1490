/**
 * Places for work of several accounts. While all are taken, the accounts that wait get the
 * next ones in turn: whoever asks for much waits for it, and nobody else does.
 */
import { throttled } from "./errors.ts";

interface FairPlacesOptions {
  /** As many pieces of work are under way at once. */
  readonly count: number;
  /** As many may one account have under way or waiting. */
  readonly perAccount: number;
  /** As many may wait, of all accounts together. */
  readonly maximumWaiting: number;
  readonly patienceMs: number;
}

/** Work that waits for its place. */
interface Waiting {
  readonly begin: () => void;
}

export class FairPlaces {
  readonly #options: FairPlacesOptions;
  #free: number;
  #waitingCount = 0;
  /** The accounts that wait, in the order of their turns, and what each waits with, oldest first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  /** What each account has under way or waiting. */
  readonly #counts = new Map<string, number>();

  constructor(options: FairPlacesOptions) {
    this.#options = options;
    this.#free = options.count;
  }

  /**
   * Does the work as soon as it is the account's turn. Throws ThrottlingException, and does
   * nothing, when the account has too much under way already, or its turn does not come.
   */
  async run<Result>(accountId: string, work: () => Promise<Result>): Promise<Result> {
    const count = this.#counts.get(accountId) ?? 0;
    if (count >= this.#options.perAccount) throw throttled();
    this.#counts.set(accountId, count + 1);
    try {
      if (this.#free > 0) this.#free -= 1;
      else await this.#turnOf(accountId);
      return await this.#workInPlace(work);
    } finally {
      this.#leave(accountId);
    }
  }

  async #workInPlace<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  #turnOf(accountId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waitingCount >= this.#options.maximumWaiting) {
        reject(throttled());
        return;
      }
      const waiting: Waiting = {
        begin() {
          clearTimeout(patience);
          resolve();
        },
      };
      const patience = setTimeout(() => {
        this.#remove(accountId, waiting);
        reject(throttled());
      }, this.#options.patienceMs);
      this.#add(accountId, waiting);
    });
  }

  #add(accountId: string, waiting: Waiting): void {
    this.#waitingCount += 1;
    const before = this.#waiting.get(accountId);
    if (before === undefined) this.#waiting.set(accountId, new Set([waiting]));
    else before.add(waiting);
  }

  #remove(accountId: string, waiting: Waiting): void {
    const ofAccount = this.#waiting.get(accountId);
    if (ofAccount?.delete(waiting) !== true) return;
    this.#waitingCount -= 1;
    if (ofAccount.size === 0) this.#waiting.delete(accountId);
  }

  /** Gives a place that has become free to the next account, whose turn is then the last. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    const [accountId, ofAccount] = next;
    const [oldest] = ofAccount;
    if (oldest === undefined) throw new Error("an account waits with nothing");
    this.#remove(accountId, oldest);
    if (this.#waiting.delete(accountId)) this.#waiting.set(accountId, ofAccount);
    oldest.begin();
  }

  #leave(accountId: string): void {
    const count = (this.#counts.get(accountId) ?? 0) - 1;
    if (count > 0) this.#counts.set(accountId, count);
    else this.#counts.delete(accountId);
  }
}
