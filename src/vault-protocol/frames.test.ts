import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, maximumFrameBytes } from "./frames.ts";
import { FrameWriter } from "./frame-writer.ts";
import { Malformed } from "./malformed.ts";

interface Seen {
  readonly kind: number;
  readonly sequence: number;
  readonly body: string;
}

function collect(): { reader: FrameReader; seen: Seen[] } {
  const seen: Seen[] = [];
  const reader = new FrameReader(
    (kind, sequence, fields) => {
      const body = Buffer.from(fields.bytes(maximumFrameBytes)).toString("hex");
      fields.finish();
      seen.push({ kind, sequence, body });
    },
    { copies: false },
  );
  return { reader, seen };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const size of sizes) {
    chunks.push(bytes.slice(offset, offset + size));
    offset += size;
  }
  chunks.push(bytes.slice(offset));
  return chunks;
}

const frame = fc.record({
  kind: fc.nat({ max: 0xffff }),
  sequence: fc.nat({ max: 0xffff_ffff }),
  body: fc.uint8Array({ maxLength: 300 }),
});

describe("FrameReader", () => {
  test("gives back what was written, wherever the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }),
        (frames, sizes) => {
          const out = new FrameWriter();
          for (const { kind, sequence, body } of frames) {
            out.frame(kind, sequence, () => out.bytes(body, 300));
          }
          const { reader, seen } = collect();
          for (const chunk of cut(out.take(), sizes)) expect(reader.push(chunk)).toBe(true);
          const expected = frames.map((each) => ({
            ...each,
            body: Buffer.from(each.body).toString("hex"),
          }));
          expect(seen).toEqual(expected);
        },
      ),
    );
  });

  test.each([0, 5, maximumFrameBytes - 3, 0xffff_ffff])(
    "refuses a length of %i, however it arrives",
    (length) => {
      const bytes = Buffer.alloc(64);
      bytes.writeUInt32BE(length);
      expect(collect().reader.push(bytes)).toBe(false);
      const { reader, seen } = collect();
      const verdicts = [...bytes].map((byte) => reader.push(Uint8Array.of(byte)));
      expect(verdicts.slice(0, 4)).toEqual([true, true, true, false]);
      expect(seen).toEqual([]);
    },
  );

  test("takes a frame of exactly the largest size, byte after byte", () => {
    const body = Buffer.alloc(maximumFrameBytes - 14, 7);
    const out = new FrameWriter();
    out.frame(1, 2, () => out.bytes(body, body.length));
    const bytes = out.take();
    expect(bytes.length).toBe(maximumFrameBytes);
    const { reader, seen } = collect();
    for (const byte of bytes) reader.push(Uint8Array.of(byte));
    expect(seen).toEqual([{ kind: 1, sequence: 2, body: body.toString("hex") }]);
  });
});

describe("FrameWriter", () => {
  test("refuses a frame that is too long and keeps the ones before it", () => {
    const out = new FrameWriter();
    out.frame(1, 1, () => out.bytes(Buffer.of(1), 1));
    const before = out.length;
    const body = Buffer.alloc(maximumFrameBytes - 13);
    expect(() => out.frame(1, 2, () => out.bytes(body, body.length))).toThrow(Malformed);
    expect(out.length).toBe(before);
  });

  test("wipes frames that are given back", () => {
    const out = new FrameWriter();
    out.frame(1, 1, () => out.bytes(Buffer.alloc(500, 9), 500));
    const taken = out.take();
    expect(taken.includes(9)).toBe(true);
    out.giveBack(taken);
    expect(taken.every((byte) => byte === 0)).toBe(true);
  });

  test("never hands out memory that is still with whoever took it", () => {
    const out = new FrameWriter();
    const write = (): Uint8Array<ArrayBuffer> => {
      out.frame(1, 1, () => out.bytes(Buffer.alloc(8, 5), 8));
      return out.take();
    };
    const first = write();
    const second = write();
    out.giveBack(first);
    const third = write();
    const fourth = write();
    const buffers = new Set([second.buffer, third.buffer, fourth.buffer]);
    expect(buffers.size).toBe(3);
    expect(second.includes(5) && third.includes(5) && fourth.includes(5)).toBe(true);
  });
});
