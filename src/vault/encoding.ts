/**
 * The one encoding of what is authenticated: numbers big-endian, everything of variable
 * length behind its u32 length. No two lists of fields have the same bytes.
 */
export function u8(value: number): Buffer {
  return Buffer.of(value);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** A length-prefixed field. Text must be well-formed, so that different texts stay different. */
export function prefixed(value: string | Uint8Array): Buffer {
  if (typeof value === "string" && !value.isWellFormed()) throw new Error("text is not Unicode");
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** What stands first: it says what kind of thing is authenticated, and ends in a zero. */
export function domain(name: string): Buffer {
  return Buffer.from(`${name}\0`, "latin1");
}
