/** The two ways a signer writes the time: ISO 8601 basic format, and the HTTP date. */

/** Milliseconds since 1970 of yyyyMMdd'T'HHmmss'Z'; nothing for any other text or date. */
export function parseTimestamp(text: string): number | undefined {
  // Requests of the same second carry the same text.
  if (text !== latest.text) latest = { text, atMs: parse(text) };
  return latest.atMs;
}

let latest: { readonly text: string; readonly atMs: number | undefined } = {
  text: "",
  atMs: undefined,
};

function parse(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== "T" || text[15] !== "Z") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 6);
  const day = digits(text, 6, 8);
  const hour = digits(text, 9, 11);
  const minute = digits(text, 11, 13);
  const second = digits(text, 13, 15);
  // Date carries an overflow into the next field, hours into days; a day that moved was none.
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const kept = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return kept && minute < 60 && second < 60 ? date.getTime() : undefined;
}

/** Milliseconds since 1970 of an HTTP date (RFC 9110, IMF-fixdate); nothing for any other text. */
export function parseHttpDate(text: string): number | undefined {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return undefined;
  return new Date(atMs).toUTCString() === text ? atMs : undefined;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
