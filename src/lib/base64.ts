/**
 * Base64 (RFC 4648 section 4) between bytes and bytes. Key material passes through
 * here, so no string is made of it on the way.
 */
import { allocateSecret } from "./wipe.ts";

const alphabet = Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "latin1",
);
const pad = 0x3d;
const invalid = 0xff;
const valueOf = new Uint8Array(256).fill(invalid);
alphabet.forEach((byte, value) => {
  valueOf[byte] = value;
});

/** How many characters encode so many bytes. */
export function base64Length(lengthBytes: number): number {
  return Math.ceil(lengthBytes / 3) * 4;
}

/**
 * Decodes the characters from start up to end into memory that can be wiped. Nothing
 * when they are not canonical: padding is required, bits that encode nothing are zero,
 * and neither white space nor the URL alphabet is taken.
 */
export function decodeBase64(text: Uint8Array, start = 0, end = text.length): Buffer | undefined {
  const length = end - start;
  if (length % 4 !== 0) return undefined;
  if (length === 0) return allocateSecret(0);
  const padding = text[end - 1] !== pad ? 0 : text[end - 2] !== pad ? 1 : 2;
  const bytes = allocateSecret((length / 4) * 3 - padding);
  const whole = padding === 0 ? end : end - 4;
  const read =
    decodeGroups(text, start, whole, bytes) &&
    (padding === 0 || decodeTail(text, whole, padding, bytes));
  if (read) return bytes;
  bytes.fill(0);
  return undefined;
}

function decodeGroups(text: Uint8Array, start: number, end: number, bytes: Buffer): boolean {
  // One value per character is at most 63; an invalid one sets a higher bit, and stays.
  let seen = 0;
  let to = 0;
  for (let from = start; from < end; from += 4) {
    const a = valueAt(text, from);
    const b = valueAt(text, from + 1);
    const c = valueAt(text, from + 2);
    const d = valueAt(text, from + 3);
    seen |= a | b | c | d;
    bytes[to++] = (a << 2) | (b >> 4);
    bytes[to++] = (b << 4) | (c >> 2);
    bytes[to++] = (c << 6) | d;
  }
  return seen < 64;
}

/** The last group: two or three characters, then padding. */
function decodeTail(text: Uint8Array, from: number, padding: 1 | 2, bytes: Buffer): boolean {
  const a = valueAt(text, from);
  const b = valueAt(text, from + 1);
  const c = padding === 1 ? valueAt(text, from + 2) : 0;
  if ((a | b | c) >= 64) return false;
  const unused = padding === 1 ? c & 0b11 : b & 0b1111;
  if (unused !== 0) return false;
  bytes[bytes.length - 3 + padding] = (a << 2) | (b >> 4);
  if (padding === 1) bytes[bytes.length - 1] = (b << 4) | (c >> 2);
  return true;
}

function valueAt(text: Uint8Array, at: number): number {
  return valueOf[text[at] ?? invalid] ?? invalid;
}

/**
 * Writes the characters that encode the bytes into the target at an offset, and returns
 * where they end. The target must have room for base64Length(bytes.length) of them.
 */
export function encodeBase64Into(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const end = offset + base64Length(bytes.length);
  if (end > target.length) throw new RangeError("no room for the base64 characters");
  let to = offset;
  let from = 0;
  for (; from + 2 < bytes.length; from += 3) {
    to = writeGroup(
      byteAt(bytes, from),
      byteAt(bytes, from + 1),
      byteAt(bytes, from + 2),
      target,
      to,
    );
  }
  const left = bytes.length - from;
  if (left > 0) {
    writeGroup(byteAt(bytes, from), byteAt(bytes, from + 1), 0, target, to);
    target[end - 1] = pad;
    if (left === 1) target[end - 2] = pad;
  }
  return end;
}

function writeGroup(a: number, b: number, c: number, target: Uint8Array, at: number): number {
  target[at] = characterOf(a >> 2);
  target[at + 1] = characterOf(((a & 0b11) << 4) | (b >> 4));
  target[at + 2] = characterOf(((b & 0b1111) << 2) | (c >> 6));
  target[at + 3] = characterOf(c & 0b111111);
  return at + 4;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function characterOf(value: number): number {
  return alphabet[value] ?? pad;
}
