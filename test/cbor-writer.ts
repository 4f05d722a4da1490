/** CBOR (RFC 8949) for tests, in its shortest form. */
export type CborInput =
  | number
  | string
  | boolean
  | null
  | undefined
  | Buffer
  | readonly CborInput[]
  | ReadonlyMap<number | string, CborInput>;

export function cbor(value: CborInput): Buffer {
  if (value === undefined) throw new Error("nothing to encode");
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === "boolean") return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([head(3, text.length), text]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) {
    const members = [...value].flatMap(([key, member]) => [cbor(key), cbor(member)]);
    return Buffer.concat([head(5, value.size), ...members]);
  }
  const items = value as readonly CborInput[];
  return Buffer.concat([head(4, items.length), ...items.map((item) => cbor(item))]);
}

/** The initial byte of a major type, and the number that belongs to it. */
export function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.of(type | value);
  if (value < 0x100) return Buffer.of(type | 24, value);
  const width = value < 0x1_0000 ? 2 : value < 0x1_0000_0000 ? 4 : 8;
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  bytes[8 - width] = type | (width === 2 ? 25 : width === 4 ? 26 : 27);
  return bytes.subarray(8 - width);
}
