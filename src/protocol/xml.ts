/** XML as AWS's Query protocol writes it: elements in order, one to a line, no attributes. */
import { allocateSecret, wipe } from "../lib/wipe.ts";
import type { QueryOutput, QueryValue } from "../service/service.ts";

/** One line, or one whose middle is a secret that is in no string. */
export type XmlLine = string | SecretLine;

interface SecretLine {
  readonly before: string;
  readonly secret: Uint8Array;
  readonly after: string;
}

/** The lines of one element: a list is an element whose children are all called member. */
export function elementLines(name: string, value: QueryValue): readonly XmlLine[] {
  if (value instanceof Uint8Array) {
    return [{ before: `<${name}>`, secret: value, after: `</${name}>` }];
  }
  if (isScalar(value)) return [`<${name}>${escapeText(scalarText(value))}</${name}>`];
  const children = isList(value)
    ? value.flatMap((item) => elementLines("member", item))
    : memberLines(value);
  if (children.length === 0) return [`<${name}/>`];
  return [`<${name}>`, ...children.map(indented), `</${name}>`];
}

/** The lines of each member that is there; one without a value is no element. */
export function memberLines(members: QueryOutput): readonly XmlLine[] {
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : elementLines(name, value),
  );
}

export function indented(line: XmlLine): XmlLine {
  return typeof line === "string" ? `  ${line}` : { ...line, before: `  ${line.before}` };
}

/** The text of the lines; bytes, for the receiver to wipe, when there is a secret in it. Wipes the secret itself. */
export function joinLines(lines: readonly XmlLine[]): string | Buffer {
  const pieces = lines.flatMap((line) =>
    typeof line === "string" ? [`${line}\n`] : [line.before, line.secret, `${line.after}\n`],
  );
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  const parts = pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece));
  const joined = allocateSecret(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
    wipe(part);
  }
  return joined;
}

type Scalar = string | number | boolean | Date;

function isScalar(value: Exclude<QueryValue, Uint8Array>): value is Scalar {
  return typeof value !== "object" || value instanceof Date;
}

function isList(value: Exclude<QueryValue, Scalar | Uint8Array>): value is readonly QueryValue[] {
  return Array.isArray(value);
}

/** Dates are ISO 8601 in whole seconds. */
function scalarText(value: Scalar): string {
  if (!(value instanceof Date)) return String(value);
  return value.toISOString().replace(/\.\d{3}Z$/, "Z");
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["\r", "&#xD;"],
]);

/** XML 1.0 has no way at all to write most control characters, and half of a surrogate pair. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r -\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll(/[&<>"\r]/g, (character) => escapes.get(character) ?? character);
}
