/** The query form of Signature Version 4: a presigned request. */
import type { QueryParameter } from "./canonical-query.ts";
import { uriDecode } from "./uri-encoding.ts";

/** The longest a presigned request may be good for: seven days. */
export const expiresSecondsMax = 604_800;

/** What a presigned query has to have. */
export const requiredParameters = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
  "X-Amz-Date",
  "X-Amz-Expires",
] as const;

export type PresignedParameter = (typeof requiredParameters)[number] | "X-Amz-Security-Token";

const presignedParameters: readonly PresignedParameter[] = [
  ...requiredParameters,
  "X-Amz-Security-Token",
];

export interface PresignedQuery {
  /** Decoded values by name; an empty one counts as absent. */
  readonly values: ReadonlyMap<string, string>;
  readonly repeated: PresignedParameter | undefined;
  /** What the signature covers: everything but the signature. */
  readonly signed: readonly QueryParameter[];
}

/** Takes the signature out of a query; nothing when the query carries none. Throws nothing. */
export function readPresignedQuery(
  parameters: readonly QueryParameter[],
): PresignedQuery | undefined {
  if (!claimsSignature(parameters)) return undefined;
  const values = new Map<string, string>();
  let repeated: PresignedParameter | undefined;
  for (const known of presignedParameters) {
    const found = parameters.filter(({ name }) => name === known);
    if (found.length > 1) repeated ??= known;
    const value = found[0]?.value ?? "";
    if (value !== "") values.set(known, uriDecode(value));
  }
  const signed = parameters.filter(({ name }) => name !== "X-Amz-Signature");
  return { values, repeated, signed };
}

/** A number of seconds from 1 to a week, written in plain digits; nothing for anything else. */
export function parseExpires(text: string): number | undefined {
  const seconds = Number(text);
  const plain = String(seconds) === text && Number.isInteger(seconds);
  return plain && seconds >= 1 && seconds <= expiresSecondsMax ? seconds : undefined;
}

function claimsSignature(parameters: readonly QueryParameter[]): boolean {
  return parameters.some(
    ({ name }) =>
      name === "X-Amz-Algorithm" || name === "X-Amz-Credential" || name === "X-Amz-Signature",
  );
}
