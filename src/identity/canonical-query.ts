/** The canonical query string of SigV4. */
import { uriDecode, uriEncode } from "./uri-encoding.ts";

/** One query parameter, both halves in canonical encoding. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads a raw query into canonically encoded parameters, in arrival order. A plus sign is a
 * plus sign. A parameter without a value has the empty value; empty parameters are skipped.
 */
export function parseQuery(query: string): readonly QueryParameter[] {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map(parseParameter);
}

/** Sorted by name, then by value, byte by byte. */
export function canonicalQuery(parameters: readonly QueryParameter[]): string {
  return parameters
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

function parseParameter(pair: string): QueryParameter {
  const equals = pair.indexOf("=");
  const name = equals === -1 ? pair : pair.slice(0, equals);
  const value = equals === -1 ? "" : pair.slice(equals + 1);
  return { name: uriEncode(uriDecode(name)), value: uriEncode(uriDecode(value)) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
