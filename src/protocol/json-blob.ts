/**
 * Base64 inside a JSON string that has escapes: some clients write every slash as \/.
 * The unescaped characters are as secret as the bytes they encode.
 */
import { decodeBase64 } from "../lib/base64.ts";
import { allocateSecret, wipe } from "../lib/wipe.ts";

const slash = 0x2f;
const backslash = 0x5c;
const letterU = 0x75;

/** The bytes, or nothing when an escape or the base64 is not valid. */
export function unescapeBase64(literal: Uint8Array): Buffer | undefined {
  const characters = allocateSecret(literal.length);
  try {
    const length = unescapeInto(literal, characters);
    return length === undefined ? undefined : decodeBase64(characters, 0, length);
  } finally {
    wipe(characters);
  }
}

function unescapeInto(literal: Uint8Array, characters: Buffer): number | undefined {
  let length = 0;
  for (let at = 0; at < literal.length; length += 1) {
    const byte = literal[at] ?? 0;
    if (byte !== backslash) {
      characters[length] = byte;
      at += 1;
      continue;
    }
    const escape = literal[at + 1];
    const character = escape === letterU ? hexadecimal(literal, at + 2) : escape;
    if (character === undefined || (escape !== letterU && escape !== slash)) return undefined;
    characters[length] = character;
    at += escape === letterU ? 6 : 2;
  }
  return length;
}

/** The character of four hexadecimal digits, when it is an ASCII one. */
function hexadecimal(literal: Uint8Array, at: number): number | undefined {
  let value = 0;
  for (let digit = at; digit < at + 4; digit += 1) {
    const nibble = nibbleOf(literal[digit] ?? 0);
    if (nibble === undefined) return undefined;
    value = value * 16 + nibble;
  }
  return value < 0x80 ? value : undefined;
}

function nibbleOf(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}
