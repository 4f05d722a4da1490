import * as fc from "fast-check";
import { expect, test } from "vitest";
import { layoutOf } from "./header-layout.ts";

const name = fc.constantFrom("Host", "host", "HOST", "X-Amz-Date", "x-amz-date", "Date", "Via");
const rawHeaders = fc
  .array(fc.tuple(name, fc.constantFrom("", "Host", "one", "two")), { maxLength: 6 })
  .map((fields) => fields.flat());

test("a layout tells where every value of a name stands, whatever was read before", () => {
  fc.assert(
    fc.property(fc.array(rawHeaders, { maxLength: 60 }), (requests) => {
      for (const raw of requests) expect(valuesByName(raw)).toEqual(plainlyRead(raw));
    }),
    { numRuns: 200, seed: 20_261_124 },
  );
});

test("the same names in the same order are one layout, whatever their values", () => {
  expect(layoutOf(["Host", "a", "Date", "b"])).toBe(layoutOf(["Host", "c", "Date", "d"]));
});

test.each([
  ["in another order", ["Date", "b", "Host", "a"]],
  ["spelt in another way", ["host", "a", "Date", "b"]],
  ["and one more", ["Host", "a", "Date", "b", "Via", "c"]],
  ["but one", ["Host", "a"]],
])("the same names %s are another layout", (_, raw) => {
  expect(layoutOf(raw)).not.toBe(layoutOf(["Host", "a", "Date", "b"]));
});

test("a layout names what is repeated", () => {
  const layout = layoutOf(["Host", "a", "Via", "b", "HOST", "c", "host", "d"]);
  expect(layout.names).toEqual(["host", "via"]);
  expect(layout.repeated).toEqual(["host", "host"]);
});

test("a layout that was let go of is read again", () => {
  const raw = ["Host", "a", "host", "b"];
  const before = valuesByName(raw);
  for (let at = 0; at < 100; at += 1) layoutOf([`x-${at}`, "a"]);
  expect(valuesByName(raw)).toEqual(before);
});

function valuesByName(raw: readonly string[]): Record<string, (string | undefined)[]> {
  const { names, places } = layoutOf(raw);
  const valuesOf = (each: string) => (places.get(each) ?? []).map((at) => raw[at]);
  return Object.fromEntries(names.map((each) => [each, valuesOf(each)]));
}

function plainlyRead(raw: readonly string[]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (let at = 0; at < raw.length; at += 2) {
    (values[(raw[at] ?? "").toLowerCase()] ??= []).push(raw[at + 1] ?? "");
  }
  return values;
}
