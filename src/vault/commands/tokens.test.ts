import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;

const facts = { purpose: "marker", associatedData: Buffer.from("account, ListKeys") };
const body = Buffer.from("last key");
const rejected = { refused: "rejected" };
const sealed = (): Buffer => Buffer.from(bench.ask("sealToken", { ...facts, body }).token);

const attempt = (token: Buffer) => handlers.openToken({ ...facts, token });

describe("tokens", () => {
  test("open to exactly what was sealed", () => {
    const bytes = fc.uint8Array({ maxLength: 500 });
    fc.assert(
      fc.property(bytes, bytes, (associatedData, anyBody) => {
        const bound = { purpose: "marker", associatedData };
        const { token } = bench.ask("sealToken", { ...bound, body: anyBody });
        expect(bench.ask("openToken", { ...bound, token }).body).toEqual(Buffer.from(anyBody));
      }),
    );
  });

  test("are refused for another purpose and for other associated data", () => {
    const token = sealed();
    const wrongs = [
      { ...facts, purpose: "grant", token },
      { ...facts, associatedData: Buffer.from("account, ListAliases"), token },
    ];
    for (const wrong of wrongs) expect(handlers.openToken(wrong)).toEqual(rejected);
  });

  test("are refused when any bit is flipped, cut anywhere, or made up", () => {
    const token = sealed();
    for (let bit = 0; bit < token.length * 8; bit++) {
      const flipped = Buffer.from(token);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(attempt(flipped)).toEqual(rejected);
    }
    for (let length = 0; length < token.length; length++) {
      expect(attempt(token.subarray(0, length))).toEqual(rejected);
    }
  });

  test("are refused by every other installation", async () => {
    const other = await vaultBench();
    expect(other.vault.handlers.openToken({ ...facts, token: sealed() })).toEqual(rejected);
    other.close();
  });

  test("are not made for something that is no purpose", () => {
    for (const purpose of ["", "Marker", "a/v1", "a--b", "a\0", "x".repeat(65)]) {
      const malformed = { refused: "malformed" };
      expect(handlers.sealToken({ ...facts, purpose, body })).toEqual(malformed);
      expect(handlers.openToken({ ...facts, purpose, token: sealed() })).toEqual(malformed);
    }
  });
});
