/** What a request says about its own signature, before anything of it is believed. */
import { algorithm } from "./authorization-header.ts";
import type { SigningTime } from "./clock-window.ts";
import { parseCredential } from "./credential.ts";
import type { Credential } from "./credential.ts";
import { incompleteSignature } from "./refusals.ts";
import { parseTimestamp } from "./timestamp.ts";

export interface Claim {
  readonly credential: Credential;
  readonly time: SigningTime;
  /** The SignedHeaders list. */
  readonly signedHeaders: string;
  readonly signature: string;
  /** The canonical query that the signature covers. */
  readonly query: string;
  /** X-Amz-Security-Token, which the signature covers like everything else. */
  readonly sessionToken: string | undefined;
}

/** Throws IncompleteSignatureException for any algorithm but AWS4-HMAC-SHA256. */
export function requireAlgorithm(named: string): void {
  if (named === algorithm) return;
  throw incompleteSignature(`Unsupported AWS 'algorithm': '${named}'`);
}

/** Throws IncompleteSignatureException when the text does not have a credential's five elements. */
export function requireCredential(text: string): Credential {
  const credential = parseCredential(text);
  if (credential !== undefined) return credential;
  throw incompleteSignature(
    "Credential must have exactly 5 slash-delimited elements, " +
      `e.g. keyid/date/region/service/term, got '${text}'`,
  );
}

/** Throws IncompleteSignatureException when the text is no time in ISO 8601 basic format. */
export function requireTimestamp(text: string): SigningTime {
  const signedAtMs = parseTimestamp(text);
  if (signedAtMs !== undefined) return { timestamp: text, signedAtMs };
  throw incompleteSignature(
    `Date must be in ISO-8601 'basic format'. Got '${text}'. ` +
      "See http://en.wikipedia.org/wiki/ISO_8601",
  );
}
