/** A request as it came over the wire, with everything a signature may cover. */
export interface SignedRequest {
  readonly method: string;
  /** The request target as received: path and query, neither decoded nor normalised. */
  readonly target: string;
  /** Node's rawHeaders: names and values in turn, one character for each byte. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** What a signature must be made for to count here and now. */
export interface ExpectedScope {
  /** The service's name in a credential scope, such as "kms". */
  readonly service: string;
  readonly regions: ReadonlySet<string>;
  readonly nowMs: number;
  /** How far the client's clock may be off, either way. */
  readonly toleranceMs: number;
}

/** The path of a request target, and its query without the question mark if it has one. */
export interface TargetParts {
  readonly path: string;
  readonly query: string | undefined;
}

/** Splits a request target at its first question mark. */
export function splitTarget(target: string): TargetParts {
  const mark = target.indexOf("?");
  if (mark === -1) return { path: target, query: undefined };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
