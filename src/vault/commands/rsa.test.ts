import { constants, publicEncrypt } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const facts = { keySpec: "RSA_2048", keyUsage: "ENCRYPT_DECRYPT" };
const plaintext = Buffer.from("a secret");
const encryptionContext = Buffer.alloc(4);

describe.each([
  ["RSAES_OAEP_SHA_1", "sha1", 214],
  ["RSAES_OAEP_SHA_256", "sha256", 190],
])("%s", (algorithm, oaepHash, longest) => {
  test("decrypts what it encrypts, and what OpenSSL encrypts to the public key", async () => {
    const { material, publicKey: key } = await bench.newKeyPair(facts);
    const { ciphertext } = await bench.askSlowly("rsaEncrypt", { material, algorithm, plaintext });
    expect(ciphertext.length).toBe(256);
    const request = { material, algorithm };
    expect(await bench.askSlowly("rsaDecrypt", { ...request, ciphertext })).toEqual({ plaintext });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const theirs = publicEncrypt({ key, padding, oaepHash }, plaintext);
    const opened = await bench.askSlowly("rsaDecrypt", { ...request, ciphertext: theirs });
    expect(opened).toEqual({ plaintext });
  });

  test("takes a plaintext of the longest length and none that is longer", async () => {
    const { material } = await bench.newKeyPair(facts);
    const fitting = { material, algorithm, plaintext: Buffer.alloc(longest) };
    expect((await bench.askSlowly("rsaEncrypt", fitting)).ciphertext.length).toBe(256);
    const tooLong = { material, algorithm, plaintext: Buffer.alloc(longest + 1) };
    expect(await handlers.rsaEncrypt(tooLong)).toEqual({ refused: "too-long" });
  });

  test("rejects every damaged ciphertext alike", async () => {
    const { material } = await bench.newKeyPair(facts);
    const { ciphertext } = await bench.askSlowly("rsaEncrypt", { material, algorithm, plaintext });
    const other = algorithm === "RSAES_OAEP_SHA_1" ? "RSAES_OAEP_SHA_256" : "RSAES_OAEP_SHA_1";
    const flipped = Buffer.from(ciphertext);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    for (const request of [
      { material, algorithm, ciphertext: flipped },
      { material, algorithm, ciphertext: ciphertext.subarray(1) },
      { material, algorithm, ciphertext: Buffer.alloc(256, 255) },
      { material, algorithm, ciphertext: Buffer.alloc(0) },
      { material, algorithm: other, ciphertext },
    ]) {
      expect(await handlers.rsaDecrypt(request)).toEqual({ refused: "rejected" });
    }
  });
});

test("rejects a ciphertext that lacks its leading zero, though it is the same number", async () => {
  const { material } = await bench.newKeyPair(facts);
  const algorithm = "RSAES_OAEP_SHA_256";
  const encrypted = async () =>
    (await bench.askSlowly("rsaEncrypt", { material, algorithm, plaintext })).ciphertext;
  let ciphertext = await encrypted();
  while (ciphertext[0] !== 0) ciphertext = await encrypted();
  const request = { material, algorithm };
  expect(await bench.askSlowly("rsaDecrypt", { ...request, ciphertext })).toEqual({ plaintext });
  const shorter = { ...request, ciphertext: ciphertext.subarray(1) };
  expect(await handlers.rsaDecrypt(shorter)).toEqual({ refused: "rejected" });
});

test("PKCS #1 v1.5 encryption is not there", async () => {
  const { material } = await bench.newKeyPair(facts);
  const request = { material, algorithm: "RSAES_PKCS1_V1_5", ciphertext: Buffer.alloc(256) };
  expect(await handlers.rsaDecrypt(request)).toEqual({ refused: "malformed" });
});

test("reEncrypt moves a plaintext from a symmetric key to an RSA key and back", async () => {
  const symmetric = bench.newMaterial();
  const { material: rsa } = await bench.newKeyPair(facts);
  const sealed = bench.ask("encrypt", { material: symmetric, encryptionContext, plaintext });
  const there = await bench.askSlowly("reEncrypt", {
    source: symmetric,
    sourceAlgorithm: "SYMMETRIC_DEFAULT",
    sourceEncryptionContext: encryptionContext,
    ciphertextBlob: sealed.ciphertextBlob,
    destination: rsa,
    destinationAlgorithm: "RSAES_OAEP_SHA_256",
    destinationEncryptionContext: encryptionContext,
  });
  const back = await bench.askSlowly("reEncrypt", {
    source: rsa,
    sourceAlgorithm: "RSAES_OAEP_SHA_256",
    sourceEncryptionContext: encryptionContext,
    ciphertextBlob: there.ciphertextBlob,
    destination: symmetric,
    destinationAlgorithm: "SYMMETRIC_DEFAULT",
    destinationEncryptionContext: encryptionContext,
  });
  const { ciphertextBlob } = back;
  const opened = bench.ask("decrypt", { material: symmetric, encryptionContext, ciphertextBlob });
  expect(opened).toEqual({ plaintext });
});
