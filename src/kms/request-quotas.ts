/** Request quotas: no more requests a second than AWS KMS would take, for those who want to meet them. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { OperationName } from "./contract.ts";
import { throttled } from "./errors.ts";
import { poolsOf, type RequestPool } from "./request-pools.ts";

/** Accounts, Regions and pools that are kept count of at once; the longest unused is forgotten first. */
const maxBuckets = 50_000;

/** Requests that may come at once, refilled at the pool's rate (a token bucket). */
interface Bucket {
  left: number;
  asOfMs: number;
}

/** Where and when a request is counted. The account is the caller's, whoever the key belongs to. */
export interface Counted {
  readonly accountId: string;
  readonly region: string;
  readonly nowMs: number;
}

export class RequestQuotas {
  readonly #buckets = new BoundedMap<string, Bucket>(maxBuckets);

  /**
   * Counts one request. Refuses with ThrottlingException when a pool it draws on is empty;
   * then nothing is taken from any.
   */
  count(operation: OperationName, input: object, counted: Counted): void {
    const pools = poolsOf(operation, input, counted.region);
    const buckets = pools.map((pool) => this.#filledBucket(pool, counted));
    for (const bucket of buckets) bucket.left -= 1;
    if (buckets.every(({ left }) => left >= 0)) return;
    for (const bucket of buckets) bucket.left += 1;
    throw throttled();
  }

  #filledBucket({ name, perSecond }: RequestPool, { accountId, region, nowMs }: Counted): Bucket {
    // One second's worth at once, and at least one request: some rates are below one.
    const capacity = Math.max(1, perSecond);
    const bucket = this.#buckets.getOrAdd(`${accountId}/${region}/${name}`, () => ({
      left: capacity,
      asOfMs: nowMs,
    }));
    const elapsedMs = Math.max(0, nowMs - bucket.asOfMs);
    bucket.left = Math.min(capacity, bucket.left + (elapsedMs / 1_000) * perSecond);
    bucket.asOfMs = nowMs;
    return bucket;
  }
}
