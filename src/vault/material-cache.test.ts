import { describe, expect, test } from "vitest";
import { newFacts } from "../../test/vault-bench.ts";
import { blobKey } from "./ciphertext-blob.ts";
import { HmacKey } from "./hmac-key.ts";
import { type LoadedMaterial, MaterialCache } from "./material-cache.ts";

function material(): LoadedMaterial {
  const facts = newFacts();
  return { ...blobKey(new HmacKey(Buffer.alloc(32, 1)), facts), facts };
}

function isWiped({ key }: LoadedMaterial): boolean {
  const zeros = new HmacKey(Buffer.alloc(32));
  zeros.wipe();
  return key.mac(Buffer.of(1)).equals(zeros.mac(Buffer.of(1)));
}

function cacheAt(time: { nowMs: number }): MaterialCache<LoadedMaterial> {
  return new MaterialCache(() => time.nowMs);
}

describe("MaterialCache", () => {
  test("finds what was added by its reference", () => {
    const cache = cacheAt({ nowMs: 0 });
    const [one, other] = [material(), material()];
    cache.add(one);
    cache.add(other);
    expect(cache.find(Uint8Array.from(one.facts.reference))).toBe(one);
    expect(cache.find(material().facts.reference)).toBeUndefined();
  });

  test("wipes what it is told to forget, and nothing else", () => {
    const cache = cacheAt({ nowMs: 0 });
    const [one, other] = [material(), material()];
    cache.add(one);
    cache.add(other);
    cache.forget(one.facts.reference);
    expect(cache.find(one.facts.reference)).toBeUndefined();
    expect([isWiped(one), isWiped(other)]).toEqual([true, false]);
  });

  test("holds a thousand, and wipes the least recently used when one more comes", () => {
    const cache = cacheAt({ nowMs: 0 });
    const all = Array.from({ length: 1_000 }, material);
    for (const each of all) cache.add(each);
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error("no materials");
    cache.find(first.facts.reference);
    cache.add(material());
    expect(cache.size).toBe(1_000);
    expect([isWiped(first), isWiped(second)]).toEqual([false, true]);
  });

  test("wipes what was idle for a minute, whether or not anyone asks", () => {
    const time = { nowMs: 0 };
    const cache = cacheAt(time);
    const [asked, unasked, used] = [material(), material(), material()];
    for (const each of [asked, unasked, used]) cache.add(each);
    time.nowMs = 60_000;
    expect(cache.find(used.facts.reference)).toBe(used);
    time.nowMs = 60_001;
    expect(cache.find(asked.facts.reference)).toBeUndefined();
    cache.forgetIdle();
    expect([isWiped(asked), isWiped(unasked), isWiped(used)]).toEqual([true, true, false]);
    expect(cache.size).toBe(1);
  });

  test("wipes everything at the end", () => {
    const cache = cacheAt({ nowMs: 0 });
    const one = material();
    cache.add(one);
    cache.forgetAll();
    expect([cache.size, isWiped(one)]).toEqual([0, true]);
  });
});
