/** The canonical request of SigV4: what a signature covers, in one agreed form. */
import { hash } from "node:crypto";

export interface CanonicalRequestParts {
  readonly method: string;
  readonly uri: string;
  readonly query: string;
  /** One line for each signed header, each with its line feed. */
  readonly headers: string;
  /** The SignedHeaders list. */
  readonly signedHeaders: string;
  /** Lower-case hexadecimal SHA-256 of the body, or one of the words S3 has for it. */
  readonly payloadHash: string;
}

/** Lays out a canonical request. One character stands for one byte. */
export function canonicalRequest(parts: CanonicalRequestParts): string {
  const { method, uri, query, headers, signedHeaders, payloadHash } = parts;
  return `${method}\n${uri}\n${query}\n${headers}\n${signedHeaders}\n${payloadHash}`;
}

/** Lower-case hexadecimal SHA-256 of a canonical request's bytes. */
export function hashCanonicalRequest(request: string): string {
  // A string is hashed as UTF-8, which is the same bytes as long as all of them are ASCII.
  return hash("sha256", isAscii(request) ? request : Buffer.from(request, "latin1"), "hex");
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Lower-case hexadecimal SHA-256 of a body. */
export function hashPayload(body: Uint8Array): string {
  return hash("sha256", body, "hex");
}
