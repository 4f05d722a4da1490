import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HmacKey } from "./hmac-key.ts";

describe("HmacKey", () => {
  test("computes what OpenSSL computes, for keys and messages of every length", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 300 }),
        (key, message) => {
          const expected = createHmac("sha256", key).update(message).digest("hex");
          expect(new HmacKey(key).mac(message).toString("hex")).toBe(expected);
        },
      ),
    );
  });

  test("keeps no reference to the key it was made from", () => {
    const key = Buffer.alloc(32, 1);
    const made = new HmacKey(key);
    const before = made.mac(Buffer.of(1)).toString("hex");
    key.fill(0);
    expect(made.mac(Buffer.of(1)).toString("hex")).toBe(before);
  });

  test("forgets the key when it is wiped", () => {
    const key = new HmacKey(Buffer.alloc(32, 1));
    const before = key.mac(Buffer.of(1)).toString("hex");
    key.wipe();
    expect(key.mac(Buffer.of(1)).toString("hex")).not.toBe(before);
  });
});
