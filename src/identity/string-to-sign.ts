/** The string to sign of SigV4. */
import { algorithm } from "./authorization-header.ts";

export interface StringToSignParts {
  /** yyyyMMdd'T'HHmmss'Z' */
  readonly timestamp: string;
  /** date/region/service/aws4_request */
  readonly scope: string;
  /** Lower-case hexadecimal SHA-256 of the canonical request. */
  readonly canonicalRequestHash: string;
}

/** Lays out a string to sign. */
export function stringToSign(parts: StringToSignParts): string {
  return `${algorithm}\n${parts.timestamp}\n${parts.scope}\n${parts.canonicalRequestHash}`;
}
