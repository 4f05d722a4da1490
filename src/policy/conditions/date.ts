/**
 * DateEquals and its kin. Dates are written in the W3C's profile of ISO 8601 ("Date and
 * Time Formats") or as seconds since 1970; four digits are a year.
 */
import { compared } from "./family.ts";
import type { ConditionFamily } from "./family.ts";

const isoDate =
  /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}:[0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$/;
const epochSeconds = /^-?[0-9]{1,13}(?:\.[0-9]{1,9})?$/;

/** Takes what the comparison of the request's value with the policy's must come to. */
export function date(fits: (order: number) => boolean): ConditionFamily {
  return compared(readDate, (requested, stated) => fits(requested - stated));
}

/** Milliseconds since 1970, or undefined. */
function readDate(text: string): number | undefined {
  const parts = isoDate.exec(text);
  if (parts !== null) return readIsoDate(parts);
  return epochSeconds.test(text) ? Number(text) * 1000 : undefined;
}

function readIsoDate(parts: RegExpExecArray): number | undefined {
  const [, year, month = "01", day = "01", time = "00:00", second = "00", fraction = "0"] = parts;
  const local = `${year}-${month}-${day}T${time}:${second}`;
  const localMs = Date.parse(`${local}Z`);
  // Reading February 30 gives a day in March: what does not come back is not a date.
  if (Number.isNaN(localMs) || !new Date(localMs).toISOString().startsWith(local)) return undefined;
  const offset = offsetMinutes(parts[7] ?? "Z");
  if (offset === undefined) return undefined;
  return localMs + Number(fraction) * 1000 - offset * 60_000;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
