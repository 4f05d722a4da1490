import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { newFacts, vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const encryptionContext = Buffer.alloc(4);
const malformed = { refused: "malformed" };

const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

describe("createKeyPair", () => {
  test.each([
    ["RSA_2048", "SIGN_VERIFY", 294],
    ["ECC_NIST_P256", "SIGN_VERIFY", 91],
    ["ECC_NIST_P384", "KEY_AGREEMENT", 120],
    ["ECC_NIST_P521", "SIGN_VERIFY", 158],
    ["ECC_SECG_P256K1", "SIGN_VERIFY", 88],
    ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY", 44],
    ["ML_DSA_44", "SIGN_VERIFY", 1334],
    ["ML_DSA_65", "SIGN_VERIFY", 1974],
    ["ML_DSA_87", "SIGN_VERIFY", 2614],
    ["ML_KEM_512", "ENCAPSULATE_DECAPSULATE", 822],
    ["ML_KEM_768", "ENCAPSULATE_DECAPSULATE", 1206],
    ["ML_KEM_1024", "ENCAPSULATE_DECAPSULATE", 1590],
  ])("of %s for %s gives a public key of %i bytes", async (keySpec, keyUsage, length) => {
    const { publicKey } = await bench.newKeyPair({ keySpec, keyUsage });
    expect(spki(publicKey).length).toBe(length);
  });

  test("refuses specs without a public half and usages that a spec does not have", async () => {
    for (const [keySpec, keyUsage] of [
      ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
      ["HMAC_256", "GENERATE_VERIFY_MAC"],
      ["ECC_SECG_P256K1", "KEY_AGREEMENT"],
    ] as const) {
      const facts = newFacts({ keySpec, keyUsage });
      expect(await handlers.createKeyPair({ facts })).toEqual(malformed);
    }
  });
});

describe("derivePublicKey", () => {
  test.each([
    ["RSA_2048", "ENCRYPT_DECRYPT"],
    ["ECC_NIST_P256", "SIGN_VERIFY"],
    ["ECC_NIST_P384", "KEY_AGREEMENT"],
    ["ECC_NIST_P521", "SIGN_VERIFY"],
    ["ECC_SECG_P256K1", "SIGN_VERIFY"],
    ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY"],
    ["ML_DSA_44", "SIGN_VERIFY"],
    ["ML_DSA_65", "SIGN_VERIFY"],
    ["ML_DSA_87", "SIGN_VERIFY"],
    ["ML_KEM_512", "ENCAPSULATE_DECAPSULATE"],
    ["ML_KEM_768", "ENCAPSULATE_DECAPSULATE"],
    ["ML_KEM_1024", "ENCAPSULATE_DECAPSULATE"],
  ])(
    "gives the bytes that were given when the key was made: %s for %s",
    async (keySpec, keyUsage) => {
      const { material, publicKey } = await bench.newKeyPair({ keySpec, keyUsage });
      const derived = bench.ask("derivePublicKey", { material });
      expect(Buffer.from(derived.publicKey)).toEqual(spki(publicKey));
    },
  );

  test("refuses key material without a public half, and material of another key", async () => {
    const hmac = { keySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" };
    for (const material of [bench.newMaterial(), bench.newMaterial(hmac)]) {
      expect(handlers.derivePublicKey({ material })).toEqual(malformed);
    }
    const own = await bench.newKeyPair({ keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" });
    const facts = newFacts({ keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" });
    const material = { facts, wrapped: own.material.wrapped };
    expect(handlers.derivePublicKey({ material })).toEqual({ refused: "rejected" });
  });
});

describe("the making of RSA key pairs", () => {
  const rsa = { keySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" };

  test("leaves half of the thread pool to signatures", { timeout: 60_000 }, async () => {
    const { material } = await bench.newKeyPair({ ...rsa, keySpec: "ECC_NIST_P256" });
    const made = { pairs: 0 };
    const pairs = Array.from({ length: 4 }, async () => {
      await bench.newKeyPair(rsa);
      made.pairs += 1;
    });
    const message = Buffer.from("m");
    await bench.askSlowly("sign", {
      material,
      algorithm: "ECDSA_SHA_256",
      messageType: "RAW",
      message,
    });
    // With all threads taken, it would have waited for one of them.
    expect(made.pairs).toBe(0);
    await Promise.all(pairs);
  });

  test("is not begun when nobody waits for it any more", async () => {
    const own = await vaultBench();
    const create = async () =>
      await own.vault.handlers.createKeyPair({ facts: newFacts({ ...rsa, keySpec: "RSA_2048" }) });
    const inTime = [create(), create()];
    const late = [create(), create()];
    own.nowMs = 20_001;
    expect(await Promise.all(late)).toEqual([{ refused: "overdue" }, { refused: "overdue" }]);
    for (const made of await Promise.all(inTime)) expect(made).toHaveProperty("publicKey");
    expect(await create()).toHaveProperty("publicKey");
    own.close();
  });
});

describe("generateDataKeyPair", () => {
  test.each([
    "RSA_2048",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
  ])(
    "of %s gives halves of one pair, the private one in PKCS#8 and sealed",
    async (keyPairSpec) => {
      const material = bench.newMaterial();
      const pair = await bench.askSlowly("generateDataKeyPair", {
        material,
        encryptionContext,
        keyPairSpec,
      });
      const key = Buffer.from(pair.privateKey);
      const read = createPrivateKey({ key, type: "pkcs8", format: "der" });
      expect(spki(createPublicKey(read))).toEqual(Buffer.from(pair.publicKey));
      const ciphertextBlob = pair.privateKeyCiphertextBlob;
      const opened = bench.ask("decrypt", { material, encryptionContext, ciphertextBlob });
      expect(opened.plaintext).toEqual(key);
    },
  );

  test("has a form that gives no private half in the clear", async () => {
    const request = { material: bench.newMaterial(), encryptionContext, keyPairSpec: "RSA_2048" };
    const pair = await bench.askSlowly("generateDataKeyPairWithoutPlaintext", request);
    expect(Object.keys(pair)).toEqual(["publicKey", "privateKeyCiphertextBlob"]);
  });

  test.each(["ML_DSA_44", "HMAC_256", "constructor"])("refuses %s", async (keyPairSpec) => {
    const request = { material: bench.newMaterial(), encryptionContext, keyPairSpec };
    expect(await handlers.generateDataKeyPair(request)).toEqual(malformed);
  });
});
