/**
 * Frames: u32 length | u16 kind | u32 sequence | body, big-endian. The length counts what
 * follows it. The kind is an opcode in a request and a status in a reply; a reply bears
 * the sequence of its request.
 */
import { FieldReader } from "./field-reader.ts";
import { Malformed } from "./malformed.ts";

/** A whole frame, length field included. More than this is never buffered for a peer. */
export const maximumFrameBytes = 65_536;

export const lengthFieldBytes = 4;
const kindAndSequenceBytes = 6;

/** Takes one frame. The fields can be read until it returns, no longer. */
export type FrameHandler = (kind: number, sequence: number, fields: FieldReader) => void;

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #handle: FrameHandler;
  readonly #fields: FieldReader;
  /** The beginning of a frame whose end has not come yet. */
  readonly #begun = new Uint8Array(maximumFrameBytes);
  #begunBytes = 0;

  /** With `copies`, the bytes of a field outlive the chunk they came in. */
  constructor(handle: FrameHandler, options: { copies: boolean }) {
    this.#handle = handle;
    this.#fields = new FieldReader(options);
  }

  /**
   * Handles every frame that ends in this chunk, in order, and keeps what is left.
   * False when the peer has broken the framing: the connection is of no more use.
   */
  push(chunk: Uint8Array): boolean {
    let offset = 0;
    while (offset < chunk.length) {
      const taken = this.#begunBytes > 0 ? this.#complete(chunk) : this.#take(chunk, offset);
      if (taken === "violation") return false;
      offset += taken;
    }
    return true;
  }

  /** Takes a frame straight from the chunk, or its beginning if that is all there is. */
  #take(chunk: Uint8Array, offset: number): number | "violation" {
    const available = chunk.length - offset;
    const expected = available < lengthFieldBytes ? Infinity : frameBytes(chunk, offset);
    if (expected === "violation") return "violation";
    if (available < expected) {
      this.#begun.set(chunk.subarray(offset));
      this.#begunBytes = available;
      return available;
    }
    this.#deliver(chunk, offset, expected);
    return expected;
  }

  /** Goes on with the frame that an earlier chunk began. */
  #complete(chunk: Uint8Array): number | "violation" {
    let taken = this.#fill(chunk, 0, lengthFieldBytes);
    if (this.#begunBytes < lengthFieldBytes) return taken;
    const expected = frameBytes(this.#begun, 0);
    if (expected === "violation") return "violation";
    taken += this.#fill(chunk, taken, expected);
    if (this.#begunBytes < expected) return taken;
    this.#begunBytes = 0;
    this.#deliver(this.#begun, 0, expected);
    this.#begun.fill(0, 0, expected);
    return taken;
  }

  #fill(chunk: Uint8Array, offset: number, upToBytes: number): number {
    const missing = Math.max(0, upToBytes - this.#begunBytes);
    const piece = chunk.subarray(offset, offset + missing);
    this.#begun.set(piece, this.#begunBytes);
    this.#begunBytes += piece.length;
    return piece.length;
  }

  #deliver(bytes: Uint8Array, offset: number, length: number): void {
    const fields = this.#fields;
    fields.open(bytes, offset + lengthFieldBytes, offset + length);
    const kind = fields.u16();
    const sequence = fields.u32();
    this.#handle(kind, sequence, fields);
  }
}

function frameBytes(bytes: Uint8Array, offset: number): number | "violation" {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, lengthFieldBytes);
  const total = lengthFieldBytes + view.getUint32(0);
  const least = lengthFieldBytes + kindAndSequenceBytes;
  return total < least || total > maximumFrameBytes ? "violation" : total;
}

/**
 * Reads what came from a peer, and wipes it. False when it does not keep to the protocol:
 * then the connection is to be closed.
 */
export function readAndWipe(frames: FrameReader, chunk: Buffer): boolean {
  try {
    return frames.push(chunk);
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  } finally {
    chunk.fill(0);
  }
}
