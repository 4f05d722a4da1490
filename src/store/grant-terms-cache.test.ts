import { expect, test } from "vitest";
import { GrantTermsCache } from "./grant-terms-cache.ts";
import type { GrantTerms } from "./records.ts";

const encrypt: GrantTerms = { operations: ["Encrypt"], constraints: {} };

function aList(length: number): readonly GrantTerms[] {
  return Array.from({ length }, () => encrypt);
}

/** Whether the list is remembered: if not, an empty one is from now on. */
function remembers(cache: GrantTermsCache, id: string): boolean {
  let loaded = false;
  cache.find(id, () => {
    loaded = true;
    return [];
  });
  return !loaded;
}

test("remembers what was loaded, an empty list too, until it is forgotten", () => {
  const cache = new GrantTermsCache();
  const list = aList(2);
  expect(cache.find("a", () => list)).toBe(list);
  expect(cache.find("a", () => [])).toBe(list);
  expect(remembers(cache, "b")).toBe(false);
  expect(remembers(cache, "b")).toBe(true);
  cache.forget("a");
  expect(remembers(cache, "a")).toBe(false);
  expect(remembers(cache, "b")).toBe(true);
});

test("holds a hundred thousand terms, whatever was forgotten before", () => {
  const cache = new GrantTermsCache();
  for (let round = 0; round < 10; round += 1) {
    cache.find("forgotten", () => aList(50_000));
    cache.forget("forgotten");
    cache.forget("never known");
  }
  cache.find("a", () => aList(50_000));
  cache.find("b", () => aList(50_000));
  expect([remembers(cache, "a"), remembers(cache, "b")]).toEqual([true, true]);
  cache.find("c", () => aList(1));
  expect([remembers(cache, "a"), remembers(cache, "b")]).toEqual([false, false]);
});
