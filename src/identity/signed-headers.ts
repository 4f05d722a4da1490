/** The SignedHeaders list of a signature. */
import { BoundedMap } from "../lib/bounded-map.ts";

/** No client signs anywhere near this many. */
const headersMax = 100;

/** Together they bound the cache, which strangers can fill too. */
const cachedListsMax = 256;
const cachedListLengthMax = 1024;

export interface SignedHeaders {
  /** As the client wrote it. */
  readonly text: string;
  /** In the order of the list. */
  readonly names: ReadonlySet<string>;
}

// A client signs the same headers in every request, so nearly every list has been seen before.
const cache = new BoundedMap<string, SignedHeaders>(cachedListsMax);

/**
 * Reads a list such as `host;x-amz-date`. Nothing when it is not as a signer writes it, in
 * strictly ascending order. A name with capitals is kept, and will match no header.
 */
export function parseSignedHeaders(text: string): SignedHeaders | undefined {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const names = text.split(";", headersMax + 1);
  if (names.length > headersMax || !ascends(names)) {
    return undefined;
  }
  const parsed = { text, names: new Set(names) };
  if (text.length <= cachedListLengthMax) cache.set(text, parsed);
  return parsed;
}

function ascends(names: readonly string[]): boolean {
  return names.every((name, place) => place === 0 || (names[place - 1] ?? "") < name);
}
