import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { openEnvelope } from "../../../test/open-envelope.ts";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const recipient = generateKeyPairSync("rsa", { modulusLength: 2048 });
const recipientPublicKey = recipient.publicKey.export({ type: "spki", format: "der" });
const plaintext = Buffer.from("for the enclave alone");
const encryptionContext = Buffer.alloc(4);
const malformed = { refused: "malformed" };

const open = (envelope: Uint8Array): Buffer => openEnvelope(envelope, recipient.privateKey);

describe("for a recipient, in an envelope and in no other way", () => {
  test("decrypt gives the plaintext", () => {
    const material = bench.newMaterial();
    const request = { material, encryptionContext };
    const { ciphertextBlob } = bench.ask("encrypt", { ...request, plaintext });
    const asked = { ...request, ciphertextBlob: Buffer.from(ciphertextBlob), recipientPublicKey };
    const reply = bench.ask("decryptForRecipient", asked);
    expect(Object.keys(reply)).toEqual(["envelope"]);
    expect(open(reply.envelope)).toEqual(plaintext);
    const other = bench.ask("decryptForRecipient", asked);
    expect(Buffer.from(other.envelope).equals(reply.envelope)).toBe(false);
  });

  test("rsaDecrypt gives the plaintext", async () => {
    const facts = { keySpec: "RSA_2048", keyUsage: "ENCRYPT_DECRYPT" };
    const request = {
      material: (await bench.newKeyPair(facts)).material,
      algorithm: "RSAES_OAEP_SHA_256",
    };
    const { ciphertext } = await bench.askSlowly("rsaEncrypt", { ...request, plaintext });
    const asked = { ...request, ciphertext, recipientPublicKey };
    const reply = await bench.askSlowly("rsaDecryptForRecipient", asked);
    expect(Object.keys(reply)).toEqual(["envelope"]);
    expect(open(reply.envelope)).toEqual(plaintext);
  });

  test("deriveSharedSecret gives the secret", async () => {
    const facts = { keySpec: "ECC_NIST_P256", keyUsage: "KEY_AGREEMENT" };
    const { material } = await bench.newKeyPair(facts);
    const peer = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey;
    const request = { material, publicKey: peer.export({ type: "spki", format: "der" }) };
    const asked = { ...request, recipientPublicKey };
    const reply = await bench.askSlowly("deriveSharedSecretForRecipient", asked);
    expect(Object.keys(reply)).toEqual(["envelope"]);
    const { sharedSecret } = await bench.askSlowly("deriveSharedSecret", request);
    expect(open(reply.envelope)).toEqual(sharedSecret);
  });

  test("generateDataKey gives the data key, and seals it for the caller", () => {
    const request = { material: bench.newMaterial(), encryptionContext, lengthBytes: 32 };
    const asked = { ...request, recipientPublicKey };
    const reply = bench.ask("generateDataKeyForRecipient", asked);
    expect(Object.keys(reply).toSorted()).toEqual(["ciphertextBlob", "envelope"]);
    const { ciphertextBlob } = reply;
    const opened = bench.ask("decrypt", { ...request, ciphertextBlob });
    expect(open(reply.envelope)).toEqual(opened.plaintext);
  });

  test("generateDataKeyPair gives the private key, and seals it for the caller", async () => {
    const request = { material: bench.newMaterial(), encryptionContext, keyPairSpec: "RSA_4096" };
    const asked = { ...request, recipientPublicKey };
    const reply = await bench.askSlowly("generateDataKeyPairForRecipient", asked);
    expect(Object.keys(reply).toSorted()).toEqual([
      "envelope",
      "privateKeyCiphertextBlob",
      "publicKey",
    ]);
    const key = open(reply.envelope);
    expect(createPrivateKey({ key, type: "pkcs8", format: "der" }).asymmetricKeyType).toBe("rsa");
    const ciphertextBlob = reply.privateKeyCiphertextBlob;
    expect(bench.ask("decrypt", { ...request, ciphertextBlob })).toEqual({ plaintext: key });
  });

  test.each([1, 15, 16, 17, 1024])("generateRandom gives %d bytes", (lengthBytes) => {
    const reply = bench.ask("generateRandomForRecipient", { lengthBytes, recipientPublicKey });
    expect(Object.keys(reply)).toEqual(["envelope"]);
    expect(open(reply.envelope)).toHaveLength(lengthBytes);
  });
});

describe("refuses", () => {
  const evenModulus = Buffer.from(recipientPublicKey);
  evenModulus[288] = 0;

  test.each([
    ["bytes that are no key", Buffer.from("noise")],
    ["no bytes", Buffer.alloc(0)],
    ["an even modulus", evenModulus],
    [
      "RSA of 1024 bits",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
        type: "spki",
        format: "der",
      }),
    ],
    [
      "an elliptic curve",
      generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey.export({
        type: "spki",
        format: "der",
      }),
    ],
  ])("%s in place of the recipient's key", async (_what, wrong) => {
    const material = bench.newMaterial();
    const key = { material, encryptionContext, recipientPublicKey: wrong };
    const { ciphertextBlob } = bench.ask("encrypt", { ...key, plaintext });
    expect(handlers.decryptForRecipient({ ...key, ciphertextBlob })).toEqual(malformed);
    expect(handlers.generateDataKeyForRecipient({ ...key, lengthBytes: 32 })).toEqual(malformed);
    const pair = { ...key, keyPairSpec: "ECC_NIST_P256" };
    expect(await handlers.generateDataKeyPairForRecipient(pair)).toEqual(malformed);
    const random = { lengthBytes: 8, recipientPublicKey: wrong };
    expect(handlers.generateRandomForRecipient(random)).toEqual(malformed);
  });

  test("what the same work without a recipient refuses", async () => {
    const material = bench.newMaterial();
    const key = { material, encryptionContext, recipientPublicKey };
    const ciphertextBlob = Buffer.alloc(150);
    expect(handlers.decryptForRecipient({ ...key, ciphertextBlob })).toEqual({
      refused: "rejected",
    });
    expect(handlers.generateDataKeyForRecipient({ ...key, lengthBytes: 0 })).toEqual(malformed);
    const random = { lengthBytes: 1025, recipientPublicKey };
    expect(handlers.generateRandomForRecipient(random)).toEqual(malformed);
    const pair = { ...key, keyPairSpec: "ML_DSA_44" };
    expect(await handlers.generateDataKeyPairForRecipient(pair)).toEqual(malformed);
  });
});
