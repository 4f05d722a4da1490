import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cbor, type CborInput, head } from "../../test/cbor-writer.ts";
import { readCbor } from "./cbor.ts";
import { UnsoundDocument } from "./unsound-document.ts";

const scalar = fc.oneof(
  fc.maxSafeInteger(),
  fc.string({ unit: "grapheme" }),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const key = fc.oneof(fc.maxSafeInteger(), fc.string());
const list = fc.array(scalar, { maxLength: 30 });
const map = fc.array(fc.tuple(key, fc.oneof(scalar, list))).map((members) => new Map(members));

const nested = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.of(0)]);

/** What reading the bytes ends with: a value, or an error. */
function outcomeOf(bytes: Uint8Array): unknown {
  try {
    return readCbor(bytes);
  } catch (error) {
    return error;
  }
}

describe("readCbor", () => {
  test("reads what a writer wrote", () => {
    fc.assert(
      fc.property(fc.oneof(scalar, list, map), (value: CborInput) => {
        expect(readCbor(cbor(value))).toEqual(value);
      }),
    );
  });

  test("reads lists and maps whose length is left open", () => {
    expect(readCbor(Buffer.from("9f0102ff", "hex"))).toEqual([1, 2]);
    expect(readCbor(Buffer.from("bf0102ff", "hex"))).toEqual(new Map([[1, 2]]));
  });

  test.each([
    ["nothing at all", "", "cut short"],
    ["a text that is cut short", "6261", "cut short"],
    ["a list that is never closed", "9f01", "cut short"],
    ["a length of four gigabytes", "5affffffff00", "cut short"],
    ["bytes after the value", "0000", "bytes follow"],
    ["a number in two bytes that fits into one", "1817", "longer than it need be"],
    ["a number in three bytes that fits into two", "1900ff", "longer than it need be"],
    ["a number in nine bytes that fits into five", "1b00000000ffffffff", "longer than it need be"],
    ["a number beyond 2^53", "1b0020000000000000", "too large"],
    ["a text in pieces", "7f6161ff", "no length"],
    ["a reserved length", "1c", "no length"],
    ["a text that is not UTF-8", "61ff", "not UTF-8"],
    ["a floating-point number", "f93c00", "unknown type"],
    ["undefined", "f7", "unknown type"],
    ["a tag", "c000", "unknown type"],
    ["an end without a beginning", "81ff", "unknown type"],
    ["a key that comes twice", "a201010102", "comes twice"],
    ["a key that is a list", "a18001", "no name"],
    ["a map that ends after a key", "bf01ff", "unknown type"],
  ])("refuses %s", (_what, hex, words) => {
    expect(() => readCbor(Buffer.from(hex, "hex"))).toThrow(UnsoundDocument);
    expect(() => readCbor(Buffer.from(hex, "hex"))).toThrow(words);
  });

  test("refuses nesting deeper than 6, and more than 512 items", () => {
    expect(() => readCbor(nested(6))).not.toThrow();
    expect(() => readCbor(nested(7))).toThrow("nested too deeply");
    expect(() => readCbor(nested(200_000))).toThrow("nested too deeply");
    expect(() => readCbor(cbor(Array.from({ length: 511 }, () => 0)))).not.toThrow();
    expect(() => readCbor(cbor(Array.from({ length: 512 }, () => 0)))).toThrow("too many items");
    expect(() => readCbor(head(4, 0xffff_ffff))).toThrow(UnsoundDocument);
  });

  test("throws nothing but UnsoundDocument, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const outcome = outcomeOf(bytes);
        expect(!(outcome instanceof Error) || outcome instanceof UnsoundDocument).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
