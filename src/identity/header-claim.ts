/** The claim of a request that is signed in its headers. */
import { formatTimestamp } from "../lib/timestamp.ts";
import { parseAuthorizationHeader } from "./authorization-header.ts";
import type { AuthorizationHeader } from "./authorization-header.ts";
import { requireAlgorithm, requireCredential, requireTimestamp } from "./claim.ts";
import type { Claim } from "./claim.ts";
import type { SigningTime } from "./clock-window.ts";
import type { HeaderFields } from "./header-fields.ts";
import { incompleteSignature, missingAuthenticationToken } from "./refusals.ts";
import { parseHttpDate } from "./timestamp.ts";

/**
 * Reads the Authorization header of a request with the given canonical query. Throws
 * MissingAuthenticationTokenException when there is none, IncompleteSignatureException when
 * it cannot be read.
 */
export function claimOfHeader(fields: HeaderFields, query: string): Claim {
  const header = fields.get("authorization") ?? "";
  if (header === "") throw missingAuthenticationToken();
  const parsed = parseAuthorizationHeader(header);
  requireAlgorithm(parsed.algorithm);
  if (parsed.malformed !== undefined) {
    throw incompleteSignature(
      `'${parsed.malformed}' not a valid key=value pair (missing equal-sign) ` +
        `in Authorization header: '${header}'.`,
    );
  }
  const amzDate = fields.get("x-amz-date");
  const date = amzDate ?? fields.get("date") ?? "";
  requireParts(parsed, date, header);
  return {
    credential: requireCredential(parsed.credential),
    time: amzDate === undefined ? requireDate(date) : requireTimestamp(date),
    signedHeaders: parsed.signedHeaders,
    signature: parsed.signature,
    query,
    sessionToken: fields.get("x-amz-security-token"),
  };
}

function requireParts(parsed: AuthorizationHeader, date: string, header: string): void {
  const { credential, signature, signedHeaders } = parsed;
  if (credential !== "" && signature !== "" && signedHeaders !== "" && date !== "") return;
  const complaints = [
    credential === "" ? "Authorization header requires 'Credential' parameter. " : "",
    signature === "" ? "Authorization header requires 'Signature' parameter. " : "",
    signedHeaders === "" ? "Authorization header requires 'SignedHeaders' parameter. " : "",
    date === ""
      ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
      : "",
  ];
  throw incompleteSignature(`${complaints.join("")}Authorization=${header}`);
}

/** The Date header may be an HTTP date; the signature covers it in ISO 8601 all the same. */
function requireDate(text: string): SigningTime {
  const signedAtMs = parseHttpDate(text);
  if (signedAtMs === undefined) return requireTimestamp(text);
  return { timestamp: formatTimestamp(signedAtMs), signedAtMs };
}
