/** Which of the keys of a multi-Region key is the primary one, and what only that one may do. */
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

type Placed = Pick<Key, "region" | "primaryRegion">;

export function isPrimary({ region, primaryRegion }: Placed): boolean {
  return primaryRegion === region;
}

export function isReplica({ region, primaryRegion }: Placed): boolean {
  return primaryRegion !== null && primaryRegion !== region;
}

/** Refuses replicas and single-Region keys. */
export function requirePrimary(key: Key): void {
  if (!isPrimary(key)) throw notPrimary(key);
}

/** Refuses replicas: what they share is changed at the primary key. */
export function refuseReplica(key: Key): void {
  if (isReplica(key)) throw notPrimary(key);
}

function notPrimary({ arn }: Key): KmsError {
  return new KmsError("UnsupportedOperationException", `${arn} is not a multi-region primary key.`);
}
