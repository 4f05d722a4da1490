/** A request's header fields, as a signature sees them. */
import { collapseBlanks } from "./blanks.ts";
import { incompleteSignature } from "./refusals.ts";

/** Values by lower-case name; those of a repeated header joined by commas in arrival order. */
export type HeaderFields = ReadonlyMap<string, string>;

/**
 * Headers that decide who is calling, when, and where. With two of one kind, a proxy
 * and this service might each go by another, so a second one is refused.
 */
const soleHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "date",
  "host",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
]);

/**
 * Reads Node's rawHeaders. Throws IncompleteSignatureException when a header that may
 * stand only once stands twice.
 */
export function readHeaderFields(rawHeaders: readonly string[]): HeaderFields {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : repeated(name, before, value));
  }
  return fields;
}

function repeated(name: string, before: string, value: string): string {
  if (!soleHeaders.has(name)) return `${collapseBlanks(before)},${collapseBlanks(value)}`;
  throw incompleteSignature(`Header '${name}' must not be repeated.`);
}
