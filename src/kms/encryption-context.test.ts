import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalContext } from "./encryption-context.ts";

const contexts = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
  { maxKeys: 8 },
);

describe("the canonical bytes of an encryption context", () => {
  test("are the same for every order of the pairs", () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const backwards = Object.fromEntries(Object.entries(context).toReversed());
        expect(canonicalContext(backwards)).toEqual(canonicalContext(context));
      }),
    );
  });

  test("differ for every two contexts that differ", () => {
    fc.assert(
      fc.property(contexts, contexts, (one, other) => {
        const sameBytes = Buffer.compare(canonicalContext(one), canonicalContext(other)) === 0;
        const names = Object.keys(one);
        const same =
          names.length === Object.keys(other).length &&
          names.every((name) => Object.hasOwn(other, name) && other[name] === one[name]);
        expect(sameBytes).toBe(same);
      }),
    );
  });

  test("do not let a byte move from a name to its value", () => {
    expect(canonicalContext({ a: "bc" })).not.toEqual(canonicalContext({ ab: "c" }));
  });

  test("are those of an empty context when there is none", () => {
    expect(canonicalContext(undefined)).toEqual(canonicalContext({}));
    expect(Buffer.from(canonicalContext(undefined)).toString("hex")).toBe("00000000");
  });

  test("sort names by their UTF-8 bytes, not by UTF-16 code units", () => {
    // U+FF61 sorts after U+10000 as UTF-16 and before it as UTF-8.
    const bytes = Buffer.from(canonicalContext({ "\u{10000}": "x", "\uff61": "y" }));
    expect(bytes.indexOf("\uff61")).toBeLessThan(bytes.indexOf("\u{10000}"));
  });

  test("know no special names", () => {
    const context = Object.create(null) as Record<string, string>;
    context["__proto__"] = "x";
    context["constructor"] = "y";
    expect(Buffer.from(canonicalContext(context)).includes("__proto__")).toBe(true);
    expect(canonicalContext(context).length).toBe(4 + 8 + 10 + 8 + 12);
  });

  test.each([
    ["an empty name", { "": "x" }],
    ["an empty value", { x: "" }],
    ["more than 8,192 bytes", { x: "y".repeat(8192) }],
  ])("are refused for %s", (_what, context) => {
    expect(() => canonicalContext(context)).toThrow("Invalid EncryptionContext");
  });
});
