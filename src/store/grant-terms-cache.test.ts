import { expect, test } from "vitest";
import { GrantTermsCache } from "./grant-terms-cache.ts";
import type { GranteeTerms, GrantTerms } from "./records.ts";

const encrypt: GrantTerms = { operations: ["Encrypt"], constraints: {} };

function someTerms(length: number): GranteeTerms {
  return { inAnyContext: Array.from({ length }, () => encrypt), inSomeContext: false };
}

/** Whether the terms are remembered: if not, none are from now on. */
function remembers(cache: GrantTermsCache, id: string): boolean {
  let loaded = false;
  cache.find(id, () => {
    loaded = true;
    return someTerms(0);
  });
  return !loaded;
}

test("remembers what was loaded, nothing too, until it is forgotten", () => {
  const cache = new GrantTermsCache();
  const terms = someTerms(2);
  expect(cache.find("a", () => terms)).toBe(terms);
  expect(cache.find("a", () => someTerms(0))).toBe(terms);
  expect(remembers(cache, "b")).toBe(false);
  expect(remembers(cache, "b")).toBe(true);
  cache.forget("a");
  expect(remembers(cache, "a")).toBe(false);
  expect(remembers(cache, "b")).toBe(true);
});

test("holds a hundred thousand terms, whatever was forgotten before", () => {
  const cache = new GrantTermsCache();
  for (let round = 0; round < 10; round += 1) {
    cache.find("forgotten", () => someTerms(50_000));
    cache.forget("forgotten");
    cache.forget("never known");
  }
  cache.find("a", () => someTerms(50_000));
  cache.find("b", () => someTerms(50_000));
  expect([remembers(cache, "a"), remembers(cache, "b")]).toEqual([true, true]);
  cache.find("c", () => someTerms(1));
  expect([remembers(cache, "a"), remembers(cache, "b")]).toEqual([false, false]);
});
