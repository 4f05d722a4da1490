/**
 * A reader of CBOR (RFC 8949), of the part that attestation documents are made of. What
 * it reads comes from strangers: nesting and the number of items are bounded, and what
 * two readers could understand in two ways is refused.
 */
import { UnsoundDocument } from "./unsound-document.ts";

export type CborValue = number | string | boolean | null | Buffer | readonly CborValue[] | CborMap;

/** By whole numbers and texts; no key stands in it twice. */
export type CborMap = ReadonlyMap<number | string, CborValue>;

const maxDepth = 6;
const maxItems = 512;

/** The eight major types, RFC 8949 section 3.1. */
const majorType = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, simple: 7 };
const indefinite = 31;
const breakByte = 0xff;

/**
 * The one value that the bytes hold, up to their end. Byte strings are views of the bytes,
 * not copies. Throws UnsoundDocument for anything else: floating-point numbers, tags,
 * strings in pieces, numbers that are not in their shortest form or beyond 2^53, text that
 * is not UTF-8, keys of another type or that come twice, more than 512 items, and nesting
 * deeper than 6.
 */
export function readCbor(bytes: Uint8Array): CborValue {
  const reader = new CborReader(bytes);
  const value = reader.readValue(0);
  reader.finish();
  return value;
}

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  readValue(depth: number): CborValue {
    this.#items += 1;
    if (this.#items > maxItems) throw unsound("it has too many items");
    if (depth > maxDepth) throw unsound("it is nested too deeply");
    const initial = this.#take(1)[0] ?? 0;
    const [major, info] = [initial >> 5, initial & 0x1f];
    switch (major) {
      case majorType.unsigned:
        return this.#readLength(info);
      case majorType.negative:
        return -1 - this.#readLength(info);
      case majorType.bytes:
        return this.#take(this.#readLength(info));
      case majorType.text:
        return textOf(this.#take(this.#readLength(info)));
      case majorType.array:
        return this.#readArray(info, depth);
      case majorType.map:
        return this.#readMap(info, depth);
      default:
        return simpleValue(major, info);
    }
  }

  finish(): void {
    if (this.#at !== this.#bytes.length) throw unsound("bytes follow its end");
  }

  #readArray(info: number, depth: number): readonly CborValue[] {
    const values: CborValue[] = [];
    this.#readEach(info, () => values.push(this.readValue(depth + 1)));
    return values;
  }

  #readMap(info: number, depth: number): CborMap {
    const members = new Map<number | string, CborValue>();
    this.#readEach(info, () => {
      const key = this.readValue(depth + 1);
      if (typeof key !== "number" && typeof key !== "string") throw unsound("a key has no name");
      if (members.has(key)) throw unsound("a key comes twice");
      members.set(key, this.readValue(depth + 1));
    });
    return members;
  }

  /** Of arrays and maps, the hardware that makes documents may leave the length open. */
  #readEach(info: number, readOne: () => void): void {
    if (info !== indefinite) {
      const length = this.#readLength(info);
      for (let count = 0; count < length; count += 1) readOne();
      return;
    }
    while (this.#bytes[this.#at] !== breakByte) readOne();
    this.#at += 1;
  }

  /** The number that an initial byte announces: in the byte itself, or in 1, 2, 4 or 8 that follow. */
  #readLength(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw unsound("a number has no length");
    const width = 2 ** (info - 24);
    const bytes = this.#take(width);
    const value = width === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, width);
    const shortest = width === 1 ? 24 : 2 ** (4 * width);
    if (value < shortest) throw unsound("a number is longer than it need be");
    if (!Number.isSafeInteger(value)) throw unsound("a number is too large");
    return value;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw unsound("it is cut short");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function simpleValue(major: number, info: number): boolean | null {
  if (major === majorType.simple && info === 20) return false;
  if (major === majorType.simple && info === 21) return true;
  if (major === majorType.simple && info === 22) return null;
  throw unsound("a value is of an unknown type");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw unsound("a text is not UTF-8");
  }
}

function unsound(what: string): UnsoundDocument {
  return new UnsoundDocument(`it is not valid CBOR: ${what}`);
}
