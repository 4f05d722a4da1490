import { lengthFieldBytes, maximumFrameBytes } from "./frames.ts";
import { Malformed } from "./malformed.ts";

const encoder = new TextEncoder();
const firstCapacityBytes = 65_536;
/** A larger buffer is not kept for reuse. */
const keptCapacityBytes = 1_048_576;

/** Says whether the peer already holds the key material, so that it need not be written out. */
export type Holds = (reference: Uint8Array) => boolean;

const holdsNothing: Holds = () => false;

/**
 * Collects frames, so that many of them leave in one write. The frames may hold
 * plaintext: whoever takes them gives them back when they have left, to be wiped.
 */
export class FrameWriter {
  #bytes = new Uint8Array(firstCapacityBytes);
  #length = 0;
  #frameStart = 0;
  #spare: Uint8Array<ArrayBuffer> | undefined;
  #holds: Holds = holdsNothing;

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds one frame whose body is what `writeBody` writes. Throws Malformed, and adds
   * nothing, when a field or the frame is too long.
   */
  frame(kind: number, sequence: number, writeBody: () => void, holds = holdsNothing): void {
    this.#frameStart = this.#length;
    this.#holds = holds;
    try {
      this.u32(0);
      this.u16(kind);
      this.u32(sequence);
      writeBody();
      this.#endFrame();
    } catch (error) {
      this.#bytes.fill(0, this.#frameStart, this.#length);
      this.#length = this.#frameStart;
      throw error;
    }
  }

  /** Hands over the collected frames and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = this.#spare ?? new Uint8Array(firstCapacityBytes);
    this.#spare = undefined;
    this.#length = 0;
    return taken;
  }

  /** Wipes frames that were taken and have left. Their memory is used again. */
  giveBack(taken: Uint8Array<ArrayBuffer>): void {
    taken.fill(0);
    const whole = new Uint8Array(taken.buffer);
    if (whole.length <= keptCapacityBytes) this.#spare ??= whole;
  }

  holds(reference: Uint8Array): boolean {
    return this.#holds(reference);
  }

  u8(value: number): void {
    const at = this.#advance(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#advance(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    if (!(value >= 0 && value <= 0xffff_ffff)) throw new Malformed("number out of range");
    this.#putU32(this.#advance(4), value);
  }

  u64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new Malformed("number out of range");
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  bytes(value: Uint8Array, maximum: number): void {
    if (value.length > maximum) throw new Malformed("field too long");
    this.u32(value.length);
    const at = this.#advance(value.length);
    this.#bytes.set(value, at);
  }

  text(value: string, maximumBytes: number): void {
    if (!value.isWellFormed()) throw new Malformed("text is not Unicode");
    this.bytes(encoder.encode(value), maximumBytes);
  }

  #endFrame(): void {
    const length = this.#length - this.#frameStart;
    if (length > maximumFrameBytes) throw new Malformed("frame too long");
    this.#putU32(this.#frameStart, length - lengthFieldBytes);
  }

  #putU32(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  #advance(count: number): number {
    const start = this.#length;
    if (start + count > this.#bytes.length) this.#grow(start + count);
    this.#length = start + count;
    return start;
  }

  #grow(neededBytes: number): void {
    const larger = new Uint8Array(Math.max(neededBytes, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0, 0, this.#length);
    this.#bytes = larger;
  }
}
