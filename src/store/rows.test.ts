import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromRow, toRow } from "./rows.ts";
import { tables } from "./tables.ts";
import { aKey, aKeyMaterial } from "../../test/store-bench.ts";

const members = Object.keys(tables.keys.columns);

test("gives back every tag exactly as it went in, lone surrogates and all", () => {
  const tag = fc.record(
    { TagKey: fc.string({ unit: "binary" }), TagValue: fc.string() },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(tag), (tags) => {
      const key = aKey({ tags });
      expect(fromRow(tables.keys, toRow(tables.keys, key, members))).toEqual(key);
    }),
  );
});

test("freezes records through and through", () => {
  const key = fromRow(tables.keys, toRow(tables.keys, aKey(), members));
  expect([key, key.tags, key.tags[0]].every(Object.isFrozen)).toBe(true);
});

test("copies bytes, so that the buffer behind a view stays where it is", () => {
  const shared = Buffer.from("secret: wrapped");
  const record = aKeyMaterial({ wrapped: shared.subarray(8) });
  const [wrapped] = toRow(tables.keyMaterials, record, ["wrapped"]) as Uint8Array[];
  expect(wrapped?.buffer.byteLength).toBe("wrapped".length);
});

test.each([
  ["a lone surrogate", { description: "\ud800" }],
  ["a fraction", { createdAtMs: 0.5 }],
  ["an integer past 2^53", { createdAtMs: 2 ** 53 }],
  ["null where there must be a value", { policy: null as unknown as string }],
  ["a missing member", { keySpec: undefined as unknown as string }],
  ["a number for a flag", { multiRegion: 1 as unknown as boolean }],
])("refuses %s", (_, change) => {
  expect(() => toRow(tables.keys, aKey(change), members)).toThrow(TypeError);
});

test.each([
  ["tags that are not JSON", "tags", "{"],
  ["a flag that is 2", "multiRegion", 2],
  ["null where there must be a value", "policy", null],
])("does not read a row with %s as anything", (_, member, value) => {
  const row = toRow(tables.keys, aKey(), members);
  row[members.indexOf(member)] = value;
  expect(() => fromRow(tables.keys, row)).toThrow(`unreadable ${member}`);
});
