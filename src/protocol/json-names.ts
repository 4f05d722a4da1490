/**
 * Names of members. Nearly all that are sent were sent before, and are told by their bytes
 * in a fraction of the time that it takes to make a string and to hash it.
 */

/** Places for names; another name with the same place takes it over. */
const places = 256;
/** Together with the places it bounds what is kept. */
const keptLengthMax = 64;

const kept: string[] = Array.from({ length: places }, () => "");

/** The name that stands in the bytes from start up to end, which are all ASCII. */
export function nameAt(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > keptLengthMax) return bytes.toString("latin1", start, end);
  const place = placeOf(bytes[start] ?? 0, bytes[end - 1] ?? 0, length);
  const known = kept[place] ?? "";
  if (known.length === length && standsAt(known, bytes, start)) return known;
  const name = bytes.toString("latin1", start, end);
  kept[place] = name;
  return name;
}

function placeOf(first: number, last: number, length: number): number {
  return (first + last * 7 + length * 31) % places;
}

function standsAt(name: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < name.length; at += 1) {
    if (name.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}
