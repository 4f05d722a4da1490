import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Evaluation, TooCostly } from "./evaluation.ts";
import { compileTemplate } from "./pattern.ts";
import { parseTemplate } from "./template.ts";

function matches(pattern: string, text: string, facts: Record<string, string | string[]> = {}) {
  const template = parseTemplate(pattern, { variables: true, wildcards: true });
  if (template === undefined) throw new Error("That is not a template.");
  return compileTemplate(template)(text, new Evaluation(new Map(Object.entries(facts))));
}

/** The definition of a wildcard match, exponential and plainly right. */
function naive(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern.startsWith("*")) {
    return naive(rest, text) || (text !== "" && naive(pattern, text.slice(1)));
  }
  return (
    text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && naive(rest, text.slice(1))
  );
}

const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 14 });
const patterns = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 10 });

describe("wildcards", () => {
  test("match what their definition matches", () => {
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        expect(matches(pattern, text)).toBe(naive(pattern, text));
      }),
      { numRuns: 20_000 },
    );
  });

  test("match every text that is made from the pattern", () => {
    const pieces = fc.array(fc.oneof(letters, fc.constantFrom("*", "?")), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, letters, (pattern, filling) => {
        const text = pattern
          .map((piece) => (piece === "*" ? filling : piece === "?" ? "x" : piece))
          .join("");
        expect(matches(pattern.join(""), text)).toBe(true);
      }),
    );
  });

  test("take linear work for a*a*a*…b against ten thousand times a", () => {
    // The limit of an evaluation stands in for a clock: a quadratic matcher would meet it.
    const text = "a".repeat(10_000);
    expect(matches(`${"a*".repeat(16_000)}b`, text)).toBe(false);
    expect(matches(`${"a*".repeat(4_000)}b`, text)).toBe(false);
    expect(matches(`${"*a".repeat(9_000)}*b`, text)).toBe(false);
    expect(matches(`${"a*".repeat(4_000)}a`, text)).toBe(true);
    expect(matches("*".repeat(30_000), text)).toBe(true);
  });

  test("stop where the work would be quadratic", () => {
    expect(() => matches(`*${"a".repeat(5_000)}b`, "a".repeat(10_000))).toThrow(TooCostly);
    expect(() => matches(`*${"a?".repeat(2_500)}b`, "a".repeat(10_000))).toThrow(TooCostly);
  });
});

describe("variables", () => {
  const facts = { "aws:username": "bob", "aws:principaltag/team": "red" };

  test.each([
    ["home/${aws:username}/*", "home/bob/x", true],
    ["home/${aws:username}/*", "home/eve/x", false],
    ["home/${AWS:UserName}/*", "home/bob/x", true],
    ["${ aws:username }", "bob", true],
    ["${aws:PrincipalTag/team}-${aws:username}", "red-bob", true],
    ["${aws:missing, 'none'}", "none", true],
    ["${aws:missing,'a, b}*'}", "a, b}*", true],
    ["${aws:missing,'*'}", "anything", false],
    ["${aws:username, 'none'}", "none", false],
    ["price: $5 {x}", "price: $5 {x}", true],
    ["${*}", "*", true],
    ["${*}", "x", false],
    ["${?}", "?", true],
    ["${?}", "x", false],
    ["${$}{aws:username}", "${aws:username}", true],
    ["a${*}b*", "a*bcd", true],
    ["a${*}b*", "axbcd", false],
  ])("%s against %s: %s", (pattern, text, expected) => {
    expect(matches(pattern, text, facts)).toBe(expected);
  });

  test.each(["*", "b?b", "${aws:userid}", "${*}", "home/x", "a:b:c", "", "$", "{", "'"])(
    "that hold %j stand for exactly that",
    (name) => {
      const named = { "aws:username": name, "aws:userid": "secret" };
      expect(matches("home/${aws:username}/*", `home/${name}/x`, named)).toBe(true);
      expect(matches("${aws:username}", name, named)).toBe(true);
      expect(matches("home/${aws:username}/*", "home/bob/x", named)).toBe(false);
      expect(matches("${aws:username}", "bob", named)).toBe(false);
      expect(matches("${aws:username}", "secret", named)).toBe(false);
    },
  );

  test("are literal whatever they hold", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "*", "?", "$", "{", "}", ":", "/") });
    fc.assert(
      fc.property(text, text, (value, other) => {
        expect(matches("${a:b}", other, { "a:b": value })).toBe(value === other);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["a key the request does not have", "x${aws:missing}", {}],
    ["a key with a list of values", "${aws:TagKeys}", { "aws:tagkeys": ["x"] }],
    ["a key with a list of values, default or not", "${aws:TagKeys,'x'}", { "aws:tagkeys": ["x"] }],
  ])("match nothing for %s", (_, pattern, unresolvable) => {
    expect(matches(pattern, "x", unresolvable)).toBeUndefined();
  });

  test("cannot be made into a huge text", () => {
    const template = "${a:b}*".repeat(4_000);
    expect(() => matches(template, "x", { "a:b": "a".repeat(10_000) })).toThrow(TooCostly);
  });
});
