import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newFacts } from "../../test/vault-bench.ts";
import { type BlobKey, blobKey, openBlob, sealBlob } from "./ciphertext-blob.ts";
import { HmacKey } from "./hmac-key.ts";
import { NoncePool } from "./nonce-pool.ts";

const nonces = new NoncePool();
const key = new HmacKey(Buffer.alloc(32, 1));
const facts = newFacts({
  reference: Buffer.alloc(16, 1),
  keyId: "01234567-89ab-cdef-0123-456789abcdef",
});
const blobKeys = blobKey(key, facts);
const context = Buffer.from("0000000100000001610000000162", "hex");
const plaintext = Buffer.from("hello, world");

const open = (blob: Uint8Array): Buffer | undefined => openBlob(blobKeys, context, blob);

function flip(blob: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(blob);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

describe("the ciphertext blob", () => {
  test("opens to exactly what was sealed, and is 114 bytes longer", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4_096 }),
        fc.uint8Array({ maxLength: 9_000 }),
        (plain, encryptionContext) => {
          const blob = sealBlob(blobKeys, encryptionContext, plain, nonces);
          expect(blob.length).toBe(plain.length + 114);
          expect(openBlob(blobKeys, encryptionContext, blob)).toEqual(Buffer.from(plain));
        },
      ),
    );
  });

  test("names the key and the key material in clear, and nothing else that is known", () => {
    const blob = sealBlob(blobKeys, context, plaintext, nonces).toString("hex");
    const header = "534b4d010100" + "0123456789abcdef".repeat(2) + "01".repeat(16);
    expect(blob.slice(0, 76)).toBe(header);
    expect(blob).not.toContain(Buffer.from(facts.accountId).toString("hex"));
    expect(blob).not.toContain(plaintext.toString("hex"));
  });

  test("refuses every single flipped bit and every truncation", () => {
    const blob = sealBlob(blobKeys, context, plaintext, nonces);
    const accepted: number[] = [];
    for (let bit = 0; bit < blob.length * 8; bit++) {
      if (open(flip(blob, bit)) !== undefined) accepted.push(bit);
    }
    for (let length = 0; length < blob.length; length++) {
      if (open(blob.subarray(0, length)) !== undefined) accepted.push(length);
    }
    expect(accepted).toEqual([]);
    expect(open(blob)).toEqual(plaintext);
  });

  test("refuses the same blob for other facts, each on its own", () => {
    const blob = sealBlob(blobKeys, context, plaintext, nonces);
    const others: BlobKey[] = [
      blobKey(new HmacKey(Buffer.alloc(32, 2)), facts),
      blobKey(key, { ...facts, accountId: "111122223334" }),
      blobKey(key, { ...facts, keyId: "01234567-89ab-cdef-0123-456789abcdee" }),
      blobKey(key, { ...facts, reference: Buffer.alloc(16, 2) }),
      blobKey(key, { ...facts, multiRegion: true, keyId: "mrk-" + "0123456789abcdef".repeat(2) }),
    ];
    for (const other of others) expect(openBlob(other, context, blob)).toBeUndefined();
  });

  test("refuses every other encryption context", () => {
    const blob = sealBlob(blobKeys, context, plaintext, nonces);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (other) => {
        fc.pre(!context.equals(other));
        expect(openBlob(blobKeys, other, blob)).toBeUndefined();
      }),
    );
  });

  test("refuses a blob longer than any that Decrypt takes", () => {
    const blob = sealBlob(blobKeys, context, Buffer.alloc(6_031), nonces);
    expect(blob.length).toBe(6_145);
    expect(open(blob)).toBeUndefined();
    expect(open(sealBlob(blobKeys, context, Buffer.alloc(6_030), nonces))).toBeDefined();
  });

  test("refuses 20,000 seeded mutations", () => {
    const blobs = [plaintext, Buffer.alloc(32, 3), Buffer.alloc(90, 4)].map((each) =>
      sealBlob(blobKeys, context, each, nonces),
    );
    const genuine = new Set(blobs.map((blob) => blob.toString("hex")));
    const accepted: string[] = [];
    for (let seed = 0; seed < 20_000; seed++) {
      const mutant = mutate(blobs, seed);
      if (genuine.has(mutant.toString("hex"))) continue;
      if (open(mutant) !== undefined) accepted.push(`${seed}: ${mutant.toString("hex")}`);
    }
    expect(accepted).toEqual([]);
  });
});

/** One to three changes: flips, inserts, deletes, exchanges of a range, and splices. */
function mutate(blobs: readonly Buffer[], seed: number): Buffer {
  const random = createHash("sha256").update(`mutation ${seed}`).digest();
  const number = (index: number): number => random.readUInt16BE(2 * index);
  const other = blobs[number(15) % blobs.length] ?? Buffer.alloc(0);
  let blob = Buffer.from(blobs[number(14) % blobs.length] ?? Buffer.alloc(0));
  for (let round = 0; round <= number(13) % 3; round++) {
    const at = number(round * 3) % (blob.length + 1);
    const length = 1 + (number(round * 3 + 1) % 16);
    const piece = random.subarray(0, length);
    const rest = blob.subarray(at);
    const kinds = [
      () => flip(blob, number(round * 3) % (blob.length * 8)),
      () => Buffer.concat([blob.subarray(0, at), piece, rest]),
      () => Buffer.concat([blob.subarray(0, at), rest.subarray(length)]),
      () => Buffer.concat([blob.subarray(0, at), piece, rest.subarray(length)]),
      () => Buffer.concat([blob.subarray(0, at), other.subarray(at)]),
      () =>
        Buffer.concat([
          blob.subarray(0, at),
          other.subarray(at, at + length),
          rest.subarray(length),
        ]),
    ];
    blob = Buffer.from(kinds[number(round * 3 + 2) % kinds.length]?.() ?? blob);
  }
  return blob;
}
