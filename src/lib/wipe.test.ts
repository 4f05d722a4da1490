import { describe, expect, test } from "vitest";
import { allocateSecret, wipe, wipeBlobs } from "./wipe.ts";

describe("allocateSecret", () => {
  test("gives memory of its own that is zero, for many sizes", () => {
    const pieces = Array.from({ length: 3000 }, (_, index) => allocateSecret(index % 1500));
    for (const piece of pieces) expect(piece.every((byte) => byte === 0)).toBe(true);
    pieces.forEach((piece, index) => piece.fill((index % 255) + 1));
    pieces.forEach((piece, index) => {
      expect(piece).toHaveLength(index % 1500);
      expect(piece.every((byte) => byte === (index % 255) + 1)).toBe(true);
    });
  });

  test("does not take from Node's pool, which other data shares", () => {
    expect(allocateSecret(32).buffer).not.toBe(Buffer.from("pooled").buffer);
  });
});

describe("wiping", () => {
  test("wipe leaves zeros, and nothing to do for nothing", () => {
    const secret = Buffer.from("secret");
    wipe(secret);
    wipe(undefined);
    expect(secret).toEqual(Buffer.alloc(6));
  });

  test("wipeBlobs finds blobs at every depth and leaves the rest", () => {
    const [top, nested, listed] = [Buffer.from("a"), Buffer.from("b"), Buffer.from("c")];
    const value = { top, name: "text", at: 7, none: null, map: { nested }, list: [listed] };
    wipeBlobs(value);
    wipeBlobs(undefined);
    expect(Buffer.concat([top, nested, listed])).toEqual(Buffer.alloc(3));
    expect(value).toMatchObject({ name: "text", at: 7, none: null });
  });
});
