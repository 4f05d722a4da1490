import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "./json.ts";
import type { Json } from "./json.ts";

const vectors = path.resolve(
  import.meta.dirname,
  "../../../shared/vectors/hostile-input/json-test-suite.json.gz",
);

/** What JSON.parse would have made of the same text. */
function plain(json: Json): unknown {
  if (json instanceof Map) {
    return Object.fromEntries([...json].map(([name, value]) => [name, plain(value)]));
  }
  if (Array.isArray(json)) return json.map(plain);
  if (typeof json === "object" && json !== null && "number" in json) return Number(json.number);
  return json;
}

describe("the JSON reader", () => {
  test("reads whatever JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.boolean(), (text, spaced) => {
        const value: unknown = JSON.parse(text);
        const written = spaced ? JSON.stringify(value, null, "\t") : text;
        expect(plain(readJson(written))).toEqual(value);
      }),
    );
  });

  test("refuses, like JSON.parse, text that was damaged at one place", () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.string({ minLength: 0, maxLength: 2 }))
      .map(([text, at, put]) => {
        const place = at % text.length;
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        // It may refuse more, for a member that is repeated, but never less.
        expect(accepts(text) && !parses(text)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("keeps a member called __proto__ as any other", () => {
    const object = readJson('{"__proto__":{"Effect":"Allow"},"constructor":"x"}');
    expect(object).toEqual(
      new Map<string, unknown>([
        ["__proto__", new Map([["Effect", "Allow"]])],
        ["constructor", "x"],
      ]),
    );
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect("Effect" in {}).toBe(false);
  });

  test.each([
    ['{"a":1,"a":1}'],
    [String.raw`{"a":1,"\u0061":2}`],
    ['{"b":[{"a":1,"c":2,"a":3}]}'],
    ['{"__proto__":1,"__proto__":2}'],
  ])("refuses a repeated member: %s", (text) => {
    expect(() => readJson(text)).toThrow("repeats a member");
  });

  test("allows the same name in two objects", () => {
    expect(plain(readJson('[{"a":1},{"a":2,"b":{"a":3}}]'))).toEqual([
      { a: 1 },
      { a: 2, b: { a: 3 } },
    ]);
  });

  test.each(["[]", '{"a":}'])("reads 32 levels of %s and refuses 33", (unit) => {
    const [open, close] = [unit.slice(0, -1), unit.slice(-1)];
    const nested = (levels: number) =>
      `${open.repeat(levels - 1)}${unit.startsWith("[") ? "[]" : "{}"}${close.repeat(levels - 1)}`;
    expect(() => readJson(nested(32))).not.toThrow();
    expect(() => readJson(nested(33))).toThrow("nested too deeply");
  });

  test("keeps a number as it was written", () => {
    expect(readJson("[9007199254740993, 1e3, -0.50]")).toEqual([
      { number: "9007199254740993" },
      { number: "1e3" },
      { number: "-0.50" },
    ]);
  });

  test.each([
    "",
    " ",
    "{",
    '{"a"}',
    '{"a":1,}',
    "{a:1}",
    "[1,]",
    "[1 2]",
    "01",
    "1.",
    "+1",
    "-",
    "NaN",
    "tru",
    '"\t"',
    '"\n"',
    String.raw`"\x"`,
    String.raw`"\u12g4"`,
    '"abc',
    '"abc\\',
    "{} {}",
    "\ufeff{}",
    "\u00a0{}",
    "/* */{}",
  ])("refuses %j", (text) => {
    expect(() => readJson(text)).toThrow("not valid JSON");
  });

  test.skipIf(!existsSync(vectors))("agrees with the JSON test suite", () => {
    const suite = JSON.parse(gunzipSync(readFileSync(vectors)).toString("utf8")) as {
      files: { name: string; expect: "accept" | "reject" | "either"; base64: string }[];
    };
    const wrong = suite.files.filter((file) => {
      // Good JSON, but it repeats a member: the one thing that is refused on purpose.
      const strict = file.name.startsWith("y_object_duplicated_key") ? "reject" : file.expect;
      const text = Buffer.from(file.base64, "base64").toString("utf8");
      return strict !== "either" && (strict === "accept") !== accepts(text);
    });
    expect(suite.files.length).toBeGreaterThan(300);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

function accepts(text: string): boolean {
  try {
    readJson(text);
    return true;
  } catch {
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
