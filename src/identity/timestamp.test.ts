import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTimestamp } from "../lib/timestamp.ts";
import { parseHttpDate, parseTimestamp } from "./timestamp.ts";

describe("a timestamp", () => {
  test("is read back as the second it was written for", () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, fc.nat(999), (second, ms) => {
        expect(parseTimestamp(formatTimestamp(second * 1000 + ms))).toBe(second * 1000);
      }),
    );
  });

  test.each([
    "",
    "20261123T10101Z",
    "20261123T1010100Z",
    "20261123 101010Z",
    "20261123T101010z",
    "20261123T101010+",
    "2026112aT101010Z",
    "+0261123T101010Z",
    "20261100T101010Z",
    "20261131T101010Z",
    "20260229T101010Z",
    "20260023T101010Z",
    "20261323T101010Z",
    "20261123T241010Z",
    "20261123T106010Z",
    "20261123T101060Z",
  ])("is not %j", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test("may be the last day of a leap year's February", () => {
    expect(parseTimestamp("20280229T235959Z")).toBe(Date.UTC(2028, 1, 29, 23, 59, 59));
  });
});

describe("an HTTP date", () => {
  test("is read to the second", () => {
    const atMs = Date.UTC(2013, 4, 24, 0, 0, 1);
    expect(parseHttpDate("Fri, 24 May 2013 00:00:01 GMT")).toBe(atMs);
  });

  test.each(["", "Thu, 24 May 2013 00:00:01 GMT", "Fri, 24 May 2013 00:00:01 +0100", "2013-05-24"])(
    "is not %j",
    (text) => {
      expect(parseHttpDate(text)).toBeUndefined();
    },
  );
});
