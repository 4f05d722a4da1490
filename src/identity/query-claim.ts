/** The claim of a presigned request, which is signed in its query. */
import { canonicalQuery } from "./canonical-query.ts";
import { requireAlgorithm, requireCredential, requireTimestamp } from "./claim.ts";
import type { Claim } from "./claim.ts";
import type { HeaderFields } from "./header-fields.ts";
import { expiresSecondsMax, parseExpires, requiredParameters } from "./presigned-query.ts";
import type { PresignedParameter, PresignedQuery } from "./presigned-query.ts";
import { incompleteSignature } from "./refusals.ts";

/** Reads a presigned query. Throws IncompleteSignatureException when it cannot be read. */
export function claimOfQuery(fields: HeaderFields, presigned: PresignedQuery): Claim {
  requireParameters(presigned);
  const value = (name: PresignedParameter) => presigned.values.get(name) ?? "";
  requireAlgorithm(value("X-Amz-Algorithm"));
  return {
    credential: requireCredential(value("X-Amz-Credential")),
    time: {
      ...requireTimestamp(value("X-Amz-Date")),
      expiresSeconds: requireExpires(value("X-Amz-Expires")),
    },
    signedHeaders: value("X-Amz-SignedHeaders"),
    signature: value("X-Amz-Signature"),
    query: canonicalQuery(presigned.signed),
    sessionToken: requireOneToken(presigned, fields),
  };
}

/** Two tokens could be of two sessions, and others might go by the other one. */
function requireOneToken({ values }: PresignedQuery, fields: HeaderFields): string | undefined {
  const inQuery = values.get("X-Amz-Security-Token");
  const inHeader = fields.get("x-amz-security-token");
  if (inQuery !== undefined && inHeader !== undefined) {
    throw incompleteSignature("Security token must not be repeated.");
  }
  return inQuery ?? inHeader;
}

function requireParameters({ values, repeated }: PresignedQuery): void {
  if (repeated !== undefined) {
    throw incompleteSignature(`Query-string parameter '${repeated}' must not be repeated.`);
  }
  const missing = requiredParameters.filter((name) => !values.has(name));
  if (missing.length === 0) return;
  const complaints = missing.map((name) => `AWS query-string parameters must include '${name}'.`);
  throw incompleteSignature(`${complaints.join(" ")} Re-examine the query-string parameters.`);
}

function requireExpires(text: string): number {
  const seconds = parseExpires(text);
  if (seconds !== undefined) return seconds;
  throw incompleteSignature(
    `X-Amz-Expires must be a number of seconds from 1 to ${expiresSecondsMax}. Got '${text}'.`,
  );
}
