import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64Length, decodeBase64, encodeBase64Into } from "./base64.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const read = (text: string) => decodeBase64(Buffer.from(text, "latin1"));

describe("base64", () => {
  test("encodes as Node does, at any offset, and touches nothing else", () => {
    fc.assert(
      fc.property(bytes, fc.nat({ max: 9 }), (plain, offset) => {
        const length = base64Length(plain.length);
        const target = Buffer.alloc(offset + length + 3, "#");
        expect(encodeBase64Into(plain, target, offset)).toBe(offset + length);
        const expected = Buffer.from(plain).toString("base64");
        expect(target.toString("latin1")).toBe(`${"#".repeat(offset)}${expected}###`);
      }),
    );
  });

  test("decodes what Node encoded, from the middle of other bytes", () => {
    fc.assert(
      fc.property(bytes, (plain) => {
        const text = Buffer.from(plain).toString("base64");
        const around = Buffer.from(`"${text}"`, "latin1");
        expect(decodeBase64(around, 1, 1 + text.length)).toEqual(Buffer.from(plain));
      }),
    );
  });

  test("takes exactly the canonical spelling of some bytes", () => {
    const near = fc.string({
      unit: fc.constantFrom(..."AQgwz+/=-_ \n\u00e9".split("")),
      maxLength: 8,
    });
    fc.assert(
      fc.property(near, (text) => {
        const canonical = Buffer.from(text, "base64").toString("base64") === text;
        expect(read(text) !== undefined).toBe(canonical);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["no padding", "QQ"],
    ["too little padding", "QQ="],
    ["too much padding", "QUJD===="],
    ["nothing but padding", "===="],
    ["padding in the middle", "QQ==QUJD"],
    ["bits that encode nothing, two characters", "QR=="],
    ["bits that encode nothing, three characters", "QUJ="],
    ["the URL alphabet", "-_-_"],
    ["white space", "QUJD\r\n=="],
    ["a byte beyond ASCII", "QUJ\u00ff"],
  ])("refuses %s", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test("refuses to write where there is no room", () => {
    expect(() => encodeBase64Into(Buffer.from("abc"), Buffer.alloc(5), 2)).toThrow(RangeError);
  });
});
