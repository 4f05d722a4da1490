/** XML as AWS's Query protocol writes it: elements in order, one to a line, no attributes. */
import type { QueryOutput, QueryValue } from "../service/service.ts";

/** The lines of one element: a list is an element whose children are all called member. */
export function elementLines(name: string, value: QueryValue): readonly string[] {
  if (isScalar(value)) return [`<${name}>${escapeText(scalarText(value))}</${name}>`];
  const children = isList(value)
    ? value.flatMap((item) => elementLines("member", item))
    : memberLines(value);
  if (children.length === 0) return [`<${name}/>`];
  return [`<${name}>`, ...children.map(indented), `</${name}>`];
}

/** The lines of each member that is there; one without a value is no element. */
export function memberLines(members: QueryOutput): readonly string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : elementLines(name, value),
  );
}

export function indented(line: string): string {
  return `  ${line}`;
}

type Scalar = string | number | boolean | Date;

function isScalar(value: QueryValue): value is Scalar {
  return typeof value !== "object" || value instanceof Date;
}

function isList(value: Exclude<QueryValue, Scalar>): value is readonly QueryValue[] {
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
