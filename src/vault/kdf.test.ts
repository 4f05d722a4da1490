import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HmacKey } from "./hmac-key.ts";
import { Label, deriveInto } from "./kdf.ts";

/** SP 800-108 section 4.1 read a second time, on purpose without looking at the first. */
function derive(key: Uint8Array, label: string, context: Uint8Array, length: number): string {
  let output = "";
  for (let counter = 1; output.length < 2 * length; counter++) {
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(counter, 0);
    numbers.writeUInt32BE(length * 8, 4);
    const hmac = createHmac("sha256", key).update(numbers.subarray(0, 4)).update(label);
    output += hmac.update(Buffer.of(0)).update(context).update(numbers.subarray(4)).digest("hex");
  }
  return output.slice(0, 2 * length);
}

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
const labels = fc.stringMatching(/^[a-z0-9/-]{1,40}$/);
const contexts = fc.uint8Array({ maxLength: 200 });

describe("the key derivation function", () => {
  test("is SP 800-108 in counter mode, for every label, context and length", () => {
    const lengths = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(keys, labels, contexts, lengths, (key, label, context, length) => {
        const derived = Buffer.alloc(length);
        deriveInto(derived, new HmacKey(key), new Label(label), context);
        expect(derived.toString("hex")).toBe(derive(key, label, context, length));
      }),
    );
  });

  test("refuses a label that is not printable ASCII", () => {
    for (const text of ["", "a b", "a\0b", "é", "x".repeat(101)]) {
      expect(() => new Label(text)).toThrow("printable ASCII");
    }
  });

  test("refuses a context or an output beyond its limits", () => {
    const key = new HmacKey(Buffer.alloc(32));
    const label = new Label("test");
    const derive2000 = () => deriveInto(Buffer.alloc(32), key, label, Buffer.alloc(2_000));
    expect(derive2000).toThrow("too long");
    const derive2KiB = () => deriveInto(Buffer.alloc(2_048), key, label, Buffer.alloc(1));
    expect(derive2KiB).toThrow("too much");
  });
});
