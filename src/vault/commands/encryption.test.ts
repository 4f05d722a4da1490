import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;

const encryptionContext = Buffer.from("0000000100000001610000000162", "hex");
const otherContext = Buffer.from("0000000100000001610000000163", "hex");
const plaintext = Buffer.from("correct horse");
const rejected = { refused: "rejected" };
const malformed = { refused: "malformed" };

describe("encrypt and decrypt", () => {
  test("give back exactly what went in", () => {
    const material = bench.newMaterial();
    const plaintexts = fc.uint8Array({ maxLength: 4_096 });
    const contexts = fc.uint8Array({ maxLength: 1_000 });
    fc.assert(
      fc.property(plaintexts, contexts, (plain, context) => {
        const bound = { material, encryptionContext: context };
        const { ciphertextBlob } = bench.ask("encrypt", { ...bound, plaintext: plain });
        const opened = bench.ask("decrypt", { ...bound, ciphertextBlob });
        expect(opened.plaintext).toEqual(Buffer.from(plain));
      }),
    );
  });

  test("refuse the blob under other key material or another context", () => {
    const material = bench.newMaterial();
    const { ciphertextBlob } = bench.ask("encrypt", { material, encryptionContext, plaintext });
    const wrongs = [
      { material: bench.newMaterial(), encryptionContext, ciphertextBlob },
      { material, encryptionContext: otherContext, ciphertextBlob },
    ];
    for (const wrong of wrongs) expect(handlers.decrypt(wrong)).toEqual(rejected);
  });

  test("work for a multi-Region key, and only for it", () => {
    const keyId = "mrk-0123456789abcdef0123456789abcdef";
    const material = bench.newMaterial({ keyId, multiRegion: true });
    const { ciphertextBlob } = bench.ask("encrypt", { material, encryptionContext, plaintext });
    expect(ciphertextBlob[5]).toBe(1);
    const request = { material, encryptionContext, ciphertextBlob };
    expect(bench.ask("decrypt", request)).toEqual({ plaintext });
    ciphertextBlob[5] = 0;
    expect(handlers.decrypt(request)).toEqual(rejected);
  });

  test("refuse a plaintext or a context beyond the limits as malformed", () => {
    const material = bench.newMaterial();
    const tooLong = { material, encryptionContext, plaintext: Buffer.alloc(4_097) };
    expect(handlers.encrypt(tooLong)).toEqual(malformed);
    const context = Buffer.alloc(24_577);
    expect(handlers.encrypt({ material, encryptionContext: context, plaintext })).toEqual(
      malformed,
    );
    const blob = { material, encryptionContext: context, ciphertextBlob: Buffer.alloc(200) };
    expect(handlers.decrypt(blob)).toEqual(malformed);
  });
});

describe("reEncrypt", () => {
  test("moves the plaintext to other key material and another context", async () => {
    const [source, destination] = [bench.newMaterial(), bench.newMaterial()];
    const sealed = bench.ask("encrypt", { material: source, encryptionContext, plaintext });
    const moved = await bench.askSlowly("reEncrypt", {
      source,
      sourceAlgorithm: "SYMMETRIC_DEFAULT",
      destinationAlgorithm: "SYMMETRIC_DEFAULT",
      sourceEncryptionContext: encryptionContext,
      ciphertextBlob: sealed.ciphertextBlob,
      destination,
      destinationEncryptionContext: otherContext,
    });
    expect(Object.keys(moved)).toEqual(["ciphertextBlob"]);
    const opened = bench.ask("decrypt", {
      material: destination,
      encryptionContext: otherContext,
      ciphertextBlob: moved.ciphertextBlob,
    });
    expect(opened).toEqual({ plaintext });
  });

  test("refuses a blob that decrypt would refuse, and a destination that encrypt would", async () => {
    const [source, destination] = [bench.newMaterial(), bench.newMaterial()];
    const { ciphertextBlob } = bench.ask("encrypt", {
      material: source,
      encryptionContext,
      plaintext,
    });
    const request = {
      source,
      sourceAlgorithm: "SYMMETRIC_DEFAULT",
      destinationAlgorithm: "SYMMETRIC_DEFAULT",
      sourceEncryptionContext: encryptionContext,
      ciphertextBlob,
      destination,
      destinationEncryptionContext: encryptionContext,
    };
    const wrongContext = { ...request, sourceEncryptionContext: otherContext };
    expect(await handlers.reEncrypt(wrongContext)).toEqual(rejected);
    const unknown = { ...request, destination: { reference: Buffer.alloc(16) } };
    expect(await handlers.reEncrypt(unknown)).toEqual({ refused: "material-required" });
  });
});

describe("generateDataKey", () => {
  test.each([1, 16, 32, 64, 1_024])("gives %i bytes, and a blob that opens to them", (length) => {
    const material = bench.newMaterial();
    const bound = { material, encryptionContext };
    const dataKey = bench.ask("generateDataKey", { ...bound, lengthBytes: length });
    expect(dataKey.plaintext.length).toBe(length);
    const { ciphertextBlob } = dataKey;
    const opened = bench.ask("decrypt", { ...bound, ciphertextBlob });
    expect(opened.plaintext).toEqual(dataKey.plaintext);
  });

  test("without plaintext gives a blob of a fresh key and nothing else", () => {
    const material = bench.newMaterial();
    const bound = { material, encryptionContext };
    const request = { ...bound, lengthBytes: 32 };
    const opened = [1, 2].map(() => {
      const dataKey = bench.ask("generateDataKeyWithoutPlaintext", request);
      expect(Object.keys(dataKey)).toEqual(["ciphertextBlob"]);
      return bench.ask("decrypt", { ...bound, ...dataKey }).plaintext;
    });
    expect(opened[0]).toHaveLength(32);
    expect(opened[0]).not.toEqual(opened[1]);
  });

  test.each([0, -1, 1.5, 1_025, Number.NaN])("refuses a length of %d as malformed", (length) => {
    const material = bench.newMaterial();
    const request = { material, encryptionContext, lengthBytes: length };
    expect(handlers.generateDataKey(request)).toEqual(malformed);
    expect(handlers.generateDataKeyWithoutPlaintext(request)).toEqual(malformed);
    expect(handlers.generateRandom({ lengthBytes: length })).toEqual(malformed);
  });
});

describe("generateRandom", () => {
  test("gives as many bytes as asked for, never the same", () => {
    const draws = [1, 2].map(() => bench.ask("generateRandom", { lengthBytes: 1_024 }).bytes);
    expect(draws.map((draw) => draw.length)).toEqual([1_024, 1_024]);
    expect(draws[0]).not.toEqual(draws[1]);
  });
});
