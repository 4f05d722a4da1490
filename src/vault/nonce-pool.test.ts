import { describe, expect, test } from "vitest";
import { NoncePool } from "./nonce-pool.ts";

function draw(pool: NoncePool, count: number): string {
  const bytes = Buffer.alloc(count);
  pool.fill(bytes, 0, count);
  return bytes.toString("hex");
}

describe("NoncePool", () => {
  test("never gives the same nonce and IV twice", () => {
    const pool = new NoncePool();
    const seen = new Set(Array.from({ length: 100_000 }, () => draw(pool, 28)));
    expect(seen.size).toBe(100_000);
  });

  test("gives out every byte of its source once, in order, and wipes it", () => {
    let counter = 0;
    const filled: Uint8Array[] = [];
    const pool = new NoncePool((bytes) => {
      filled.push(bytes);
      for (let index = 0; index < bytes.length; index++) bytes[index] = ++counter % 251;
    });
    expect(draw(pool, 3)).toBe("010203");
    expect(draw(pool, 2)).toBe("0405");
    expect(
      Buffer.from(filled[0] ?? [])
        .subarray(0, 6)
        .toString("hex"),
    ).toBe("000000000006");
  });

  test("throws, and goes on throwing, while there is no randomness", () => {
    const pool = new NoncePool(() => {
      throw new Error("no entropy");
    });
    expect(() => draw(pool, 12)).toThrow("no entropy");
    expect(() => draw(pool, 12)).toThrow("no entropy");
  });

  test("refuses to give more than it holds", () => {
    expect(() => draw(new NoncePool(), 16_385)).toThrow("more random bytes");
  });
});
