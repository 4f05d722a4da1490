/**
 * How slow work shares Node's thread pool. Finding primes takes up to seconds, so it gets
 * half of the threads and never more: signatures and the like go on meanwhile.
 */
import { deadlinesMs, pairsAtOnce } from "../vault-protocol/deadlines.ts";
import { Places } from "./places.ts";

/** libuv's, which nothing in the vault's environment changes. */
const poolThreads = 4;
/** Enough that no thread waits for work, and few, so that primes do not queue behind them. */
const othersAtOnce = 4 * poolThreads;

export interface SlowWork {
  /** For the making of RSA key pairs. */
  readonly primes: Places;
  /** For everything else that the thread pool does. */
  readonly others: Places;
}

export function slowWork(nowMs: () => number): SlowWork {
  return {
    primes: new Places({ count: pairsAtOnce, patienceMs: deadlinesMs.keyPair, nowMs }),
    others: new Places({ count: othersAtOnce, patienceMs: deadlinesMs.other, nowMs }),
  };
}
