import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import { readBlobHeader } from "./ciphertext-blob.ts";

/** InvalidCiphertextException says nothing more. */
const expected = new Set(["InvalidCiphertextException", "AccessDeniedException"]);
const sound = { silent: true, expected: true };

/** Where the header keeps the key id and the reference of the key material. */
const keyIdAt = { from: 6, to: 22 };
const referenceAt = { from: 22, to: 38 };
const headerAt = { from: 0, to: 38 };

describe("the header of a ciphertext blob", () => {
  test("names the key and the key material", () => {
    const blob = Buffer.alloc(114);
    blob.set([0x53, 0x4b, 0x4d, 1, 1, 0]);
    blob.fill(0xab, keyIdAt.from, keyIdAt.to);
    blob.fill(0xcd, referenceAt.from, referenceAt.to);
    expect(readBlobHeader(blob)).toEqual({
      keyId: "abababab-abab-abab-abab-abababababab",
      materialReference: "cd".repeat(16),
    });
    blob[5] = 1;
    expect(readBlobHeader(blob).keyId).toBe(`mrk-${"ab".repeat(16)}`);
  });

  test("is found wherever the blob lies in its buffer", () => {
    const around = Buffer.alloc(300, 0xff);
    const blob = around.subarray(70, 70 + 114).fill(0);
    blob.set([0x53, 0x4b, 0x4d, 1, 1, 0]);
    expect(readBlobHeader(blob).materialReference).toBe("00".repeat(16));
  });
});

describe("a ciphertext blob that was tampered with", () => {
  let kms: KmsBench;
  let blobs: readonly Buffer[];
  const foreign = { accountId: "444455556666" };
  const elsewhere = { region: "us-east-1" };

  async function encrypt(KeyId: string, length: number, options?: CallOptions): Promise<Buffer> {
    const input = { KeyId, Plaintext: Buffer.alloc(length, "p") };
    const output = await kms.call("Encrypt", input, options);
    return Buffer.from(output.CiphertextBlob ?? []);
  }

  beforeAll(async () => {
    kms = await kmsBench();
    const [one, other] = [await kms.newKey(), await kms.newKey()];
    const before = await encrypt(one, 16);
    await kms.call("RotateKeyOnDemand", { KeyId: one });
    blobs = [
      before,
      await encrypt(one, 1),
      await encrypt(one, 300),
      await encrypt(other, 16),
      await encrypt(await kms.newKey({}, foreign), 16, foreign),
      await encrypt(await kms.newKey({}, elsewhere), 16, elsewhere),
    ];
  });
  afterAll(async () => await kms.close());

  const index = fc.nat({ max: 5 });
  const position = fc.nat({ max: 413 });
  const byte = fc.integer({ min: 0, max: 255 });
  const field = fc.constantFrom(keyIdAt, referenceAt, headerAt, { from: 38, to: 66 });

  /** What is done to a blob. Places count on from its beginning when it is shorter. */
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at: position, bit: fc.nat({ max: 7 }) }),
    fc.record({
      kind: fc.constant("flip header" as const),
      at: fc.nat({ max: 37 }),
      bit: fc.nat({ max: 7 }),
    }),
    fc.record({ kind: fc.constant("insert" as const), at: position, byte }),
    fc.record({ kind: fc.constant("delete" as const), at: position }),
    fc.record({ kind: fc.constant("truncate" as const), at: position }),
    fc.record({
      kind: fc.constant("extend" as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
    fc.record({ kind: fc.constant("exchange" as const), with: index, field }),
    fc.record({ kind: fc.constant("splice" as const), with: index, at: position }),
  );

  type Mutation = typeof mutation extends fc.Arbitrary<infer One> ? One : never;

  function mutate(blob: Buffer, change: Mutation): Buffer {
    const copy = Buffer.from(blob);
    const at = "at" in change ? change.at % blob.length : 0;
    switch (change.kind) {
      case "flip":
      case "flip header":
        copy[at] = (copy[at] ?? 0) ^ (1 << change.bit);
        return copy;
      case "insert":
        return Buffer.concat([copy.subarray(0, at), Buffer.of(change.byte), copy.subarray(at)]);
      case "delete":
        return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1)]);
      case "truncate":
        return copy.subarray(0, at);
      case "extend":
        return Buffer.concat([copy, change.bytes]);
      case "exchange": {
        const { from, to } = change.field;
        copy.set(blobs[change.with]?.subarray(from, to) ?? [], from);
        return copy;
      }
      case "splice":
        break;
    }
    return Buffer.concat([copy.subarray(0, at), (blobs[change.with] ?? copy).subarray(at)]);
  }

  test("never decrypts, and is refused in one of two ways", async () => {
    const samples = fc.sample(fc.tuple(index, mutation), { numRuns: 24_000, seed: 20_260_301 });
    const tampered = samples
      .map(([which, change]) => ({ change, blob: mutate(blobs[which] ?? Buffer.alloc(0), change) }))
      .filter(({ blob }) => blob.length > 0 && !blobs.some((one) => one.equals(blob)));
    expect(tampered.length).toBeGreaterThan(20_000);
    const seen = new Set<string>();
    for (let begin = 0; begin < tampered.length; begin += 500) {
      const batch = tampered.slice(begin, begin + 500).map(async ({ change, blob }) => {
        const { code, message } = await refusal(kms.call("Decrypt", { CiphertextBlob: blob }));
        seen.add(code);
        const silent = code === "AccessDeniedException" || message === undefined;
        expect({ change, silent, expected: expected.has(code) }).toMatchObject(sound);
      });
      await Promise.all(batch);
    }
    expect(seen).toEqual(expected);
  }, 60_000);

  test("whose own key is named beside it is refused in one of two ways", async () => {
    const [blob = Buffer.alloc(0)] = blobs;
    const { keyId: KeyId } = readBlobHeader(blob);
    for (let bit = 0; bit < blob.length * 8; bit += 1) {
      const CiphertextBlob = mutate(blob, { kind: "flip", at: bit >> 3, bit: bit & 7 });
      const { code } = await refusal(kms.call("Decrypt", { CiphertextBlob, KeyId }));
      const inKeyId = bit >> 3 >= 5 && bit >> 3 < keyIdAt.to;
      expect([
        "InvalidCiphertextException",
        ...(inKeyId ? ["IncorrectKeyException"] : []),
      ]).toContain(code);
    }
  });

  test("cannot be smuggled through ReEncrypt either", async () => {
    const [blob = Buffer.alloc(0)] = blobs;
    const { keyId: DestinationKeyId } = readBlobHeader(blob);
    for (let at = 0; at < blob.length; at += 1) {
      const CiphertextBlob = mutate(blob, { kind: "flip", at, bit: 0 });
      const { code } = await refusal(kms.call("ReEncrypt", { CiphertextBlob, DestinationKeyId }));
      expect(["InvalidCiphertextException", "AccessDeniedException"]).toContain(code);
    }
  });

  test("and its original still decrypts", async () => {
    for (const CiphertextBlob of blobs.slice(0, 4)) {
      const { Plaintext } = await kms.call("Decrypt", { CiphertextBlob });
      expect(Buffer.from(Plaintext ?? []).toString()).toMatch(/^p+$/);
    }
  });
});
