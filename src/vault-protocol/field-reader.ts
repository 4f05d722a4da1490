import { Malformed } from "./malformed.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of one frame, in order. Throws Malformed at the first that is not sound. */
export class FieldReader {
  readonly #copies: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #end = 0;

  constructor(options: { copies: boolean }) {
    this.#copies = options.copies;
  }

  /** Begins with the bytes from offset to end. */
  open(bytes: Uint8Array, offset: number, end: number): void {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] ?? 0;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16();
  }

  /** A number that JavaScript can hold exactly. */
  u64(): number {
    const value = this.u32() * 0x1_0000_0000 + this.u32();
    if (!Number.isSafeInteger(value)) throw new Malformed("number too large");
    return value;
  }

  /** As many bytes as are said to follow, at most `maximum`. */
  bytes(maximum: number): Uint8Array {
    const piece = this.#prefixed(maximum);
    return this.#copies ? Buffer.from(piece) : piece;
  }

  /** Like bytes, but a copy shares its memory with nothing, so that it can be wiped for good. */
  secret(maximum: number): Uint8Array {
    const piece = this.#prefixed(maximum);
    if (!this.#copies) return piece;
    // Memory of its own, outside V8's heap, also when it is short: the heap is copied.
    const copy = Buffer.from(new ArrayBuffer(piece.length));
    copy.set(piece);
    return copy;
  }

  text(maximumBytes: number): string {
    const piece = this.#prefixed(maximumBytes);
    try {
      return decoder.decode(piece);
    } catch {
      throw new Malformed("text is not UTF-8");
    }
  }

  /** Says that nothing may follow. */
  finish(): void {
    if (this.#offset !== this.#end) throw new Malformed("trailing bytes");
  }

  #prefixed(maximum: number): Uint8Array {
    const length = this.u32();
    if (length > maximum) throw new Malformed("field too long");
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (count > this.#end - start) throw new Malformed("frame too short");
    this.#offset = start + count;
    return start;
  }
}
