import { hash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Binding, open, overheadBytes, seal, sealInto } from "./committing-aead.ts";
import { encryptInto } from "./gcm.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label, deriveInto } from "./kdf.ts";
import { NoncePool } from "./nonce-pool.ts";

const nonces = new NoncePool();
const message = Buffer.from("correct horse");

function binding(changes: Partial<Binding> = {}): Binding {
  return {
    key: new HmacKey(Buffer.alloc(32, 1)),
    label: new Label("test/v1"),
    associatedData: Buffer.from("facts"),
    ...changes,
  };
}

describe("the committing AEAD", () => {
  test("opens to exactly what was sealed, and is 76 bytes longer", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.uint8Array({ maxLength: 500 }),
        (plain, associatedData) => {
          const bound = binding({ associatedData });
          const sealed = seal(bound, plain, nonces);
          expect(sealed.length).toBe(plain.length + 76);
          expect(open(bound, sealed)).toEqual(Buffer.from(plain));
        },
      ),
    );
  });

  test("refuses another key, another label and other associated data", () => {
    const sealed = seal(binding(), message, nonces);
    const others: Partial<Binding>[] = [
      { key: new HmacKey(Buffer.alloc(32, 2)) },
      { label: new Label("test/v2") },
      { associatedData: Buffer.from("fact") },
      { associatedData: Buffer.from("facts\0") },
    ];
    for (const other of others) expect(open(binding(other), sealed)).toBeUndefined();
    expect(open(binding(), sealed)).toEqual(message);
  });

  test("refuses every single flipped bit and every truncation", () => {
    const sealed = seal(binding(), message, nonces);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(binding(), flipped)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(open(binding(), sealed.subarray(0, length))).toBeUndefined();
    }
    expect(open(binding(), Buffer.concat([sealed, Buffer.of(0)]))).toBeUndefined();
  });

  test("refuses a message whose GCM tag is right but whose commitment is to another key", () => {
    const bound = binding();
    const sealed = seal(bound, message, nonces);
    const messageKey = Buffer.alloc(64);
    const context = Buffer.concat([sealed.subarray(0, 28), sha256(bound.associatedData)]);
    deriveInto(messageKey, bound.key, bound.label, context);
    const forged = Buffer.from(sealed);
    const key = messageKey.subarray(0, 32);
    const iv = sealed.subarray(16, 28);
    const { associatedData } = bound;
    encryptInto(forged, 60, { key, iv, associatedData }, Buffer.from("battery stapl"));
    // With the right commitment the forged tag is accepted, so it is the commitment that refuses.
    expect(open(bound, forged)?.toString()).toBe("battery stapl");
    randomBytes(32).copy(forged, 28);
    expect(open(bound, forged)).toBeUndefined();
  });

  test("never seals the same message to the same bytes", () => {
    const seen = new Set<string>();
    for (let count = 0; count < 1_000; count++) {
      seen.add(seal(binding(), message, nonces).toString("hex"));
    }
    expect(seen.size).toBe(1_000);
  });

  test("refuses to seal into a buffer of the wrong length", () => {
    const tooShort = Buffer.alloc(overheadBytes + message.length - 1);
    expect(() => sealInto(tooShort, binding(), message)).toThrow("no room");
  });
});

function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash("sha256", bytes, "hex"), "hex");
}
