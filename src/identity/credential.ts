/** A Credential as it stands in a signature: an access key and the scope it signs for. */

import { BoundedMap } from "../lib/bounded-map.ts";

/** The last element of every Signature Version 4 scope. */
export const scopeTerminator = "aws4_request";

export interface Credential {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  /** All but the access key id, as it stands in a string to sign. */
  readonly scope: string;
}

/** Together they bound what is kept, which strangers can fill too. */
const keptMax = 256;
const keptLengthMax = 256;

// A client signs with the same credential all day, so nearly every one has been seen before.
const kept = new BoundedMap<string, Credential>(keptMax);

/** Splits a Credential into its five elements; nothing when there are more or fewer. */
export function parseCredential(text: string): Credential | undefined {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text);
  if (parsed !== undefined && text.length <= keptLengthMax) kept.set(text, parsed);
  return parsed;
}

function parse(text: string): Credential | undefined {
  // One more than there should be, so that a sixth shows.
  const elements = text.split("/", 6);
  const [accessKeyId, date, region, service, terminator] = elements;
  if (elements.length !== 5 || accessKeyId === undefined || date === undefined) return undefined;
  if (region === undefined || service === undefined || terminator === undefined) return undefined;
  const scope = text.slice(accessKeyId.length + 1);
  return { accessKeyId, date, region, service, terminator, scope };
}
