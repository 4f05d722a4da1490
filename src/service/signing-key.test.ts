import { createHmac } from "node:crypto";
import { array, assert, oneof, property, string, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { SigningKey } from "./signing-key.ts";

function hmac(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

test("signs what HMAC-SHA-256 signs, whatever the text and the order of their lengths", () => {
  const bytes = uint8Array({ minLength: 0, maxLength: 64 });
  const texts = array(
    oneof(string({ unit: "binary", maxLength: 300 }), string({ maxLength: 2_000 })),
  );
  assert(
    property(bytes, texts, (key, signed) => {
      const signingKey = new SigningKey(key);
      for (const text of signed) expect(signingKey.sign(text)).toBe(hmac(key, text));
    }),
  );
});

test("keeps a copy of its own: whoever made it wipes theirs", () => {
  const bytes = Buffer.alloc(32, 7);
  const signingKey = new SigningKey(bytes);
  bytes.fill(0);
  expect(signingKey.sign("text")).toBe(hmac(Buffer.alloc(32, 7), "text"));
});

test("signs nothing once it is wiped", () => {
  const signingKey = new SigningKey(Buffer.alloc(32, 7));
  signingKey.wipe();
  expect(() => signingKey.sign("text")).toThrow("wiped");
});

test("refuses a key of more than a block", () => {
  expect(() => new SigningKey(Buffer.alloc(65))).toThrow(RangeError);
});
