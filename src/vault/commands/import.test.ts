import {
  constants,
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  verify,
} from "node:crypto";
import { afterAll, describe, expect, test, vi } from "vitest";
import { newPrivateKey, oaep, pkcs8, publicKeyIn, wrapFor } from "../../../test/customer.ts";
import { newFacts, vaultBench } from "../../../test/vault-bench.ts";
import type { KeyMaterialFacts } from "../../vault-protocol/commands.ts";
import { collectDroppedKeys } from "../dropped-keys.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const rejected = { refused: "rejected" };
const malformed = { refused: "malformed" };
const wrongMaterial = { refused: "wrong-material" };

const keyId = randomUUID();
const accountId = "111122223333";
const importFacts = { accountId, keyId, importId: randomBytes(16) };

async function newImportKey(wrappingKeySpec = "RSA_2048", facts = importFacts) {
  const made = await bench.askSlowly("createImportKey", { facts, wrappingKeySpec });
  const publicKey = publicKeyIn(made.publicKey);
  return { publicKey, importKey: { facts, wrapped: Buffer.from(made.wrapped) } };
}

const own = await newImportKey();

const usages: Readonly<Record<string, string>> = {
  SYMMETRIC_DEFAULT: "ENCRYPT_DECRYPT",
  HMAC_256: "GENERATE_VERIFY_MAC",
};

function factsOf(keySpec: string, facts: Partial<KeyMaterialFacts> = {}) {
  const keyUsage = usages[keySpec] ?? (keySpec.startsWith("HMAC") ? usages["HMAC_256"] : undefined);
  const { keyMaterialId: _, ...rest } = newFacts({
    keyId,
    keySpec,
    keyUsage: keyUsage ?? "SIGN_VERIFY",
    origin: "EXTERNAL",
    ...facts,
  });
  return rest;
}

function requestOf(keySpec: string, material: Uint8Array, algorithm = "RSA_AES_KEY_WRAP_SHA_256") {
  return {
    importKey: own.importKey,
    wrappingAlgorithm: algorithm,
    encryptedKeyMaterial: wrapFor(own.publicKey, algorithm, material),
    facts: factsOf(keySpec),
  };
}

const algorithms = [
  "RSAES_OAEP_SHA_1",
  "RSAES_OAEP_SHA_256",
  "RSA_AES_KEY_WRAP_SHA_1",
  "RSA_AES_KEY_WRAP_SHA_256",
];

const signing: Readonly<Record<string, string>> = {
  RSA_2048: "RSASSA_PSS_SHA_256",
  ECC_NIST_P256: "ECDSA_SHA_256",
  ECC_NIST_P384: "ECDSA_SHA_384",
  ECC_NIST_P521: "ECDSA_SHA_512",
  ECC_SECG_P256K1: "ECDSA_SHA_256",
  ECC_NIST_EDWARDS25519: "ED25519_SHA_512",
};

describe("importKeyMaterial", () => {
  test.each(algorithms)("takes symmetric material that was wrapped with %s", async (algorithm) => {
    const material = randomBytes(32);
    const request = requestOf("SYMMETRIC_DEFAULT", material, algorithm);
    const { wrapped, keyMaterialId } = await bench.askSlowly("importKeyMaterial", request);
    const kept = { facts: { ...request.facts, keyMaterialId }, wrapped: Buffer.from(wrapped) };
    const encryptionContext = Buffer.alloc(4);
    const plaintext = Buffer.from("hello");
    const sealed = bench.ask("encrypt", { material: kept, encryptionContext, plaintext });
    const opened = bench.ask("decrypt", { material: kept, encryptionContext, ...sealed });
    expect(opened.plaintext).toEqual(plaintext);
  });

  test.each(["RSA_3072", "RSA_4096"])("unwraps with an import key of %s", async (spec) => {
    const { importKey, publicKey } = await newImportKey(spec);
    const request = requestOf("SYMMETRIC_DEFAULT", randomBytes(32));
    const encryptedKeyMaterial = wrapFor(publicKey, request.wrappingAlgorithm, randomBytes(32));
    const reply = await handlers.importKeyMaterial({ ...request, importKey, encryptedKeyMaterial });
    expect(reply).toHaveProperty("wrapped");
  });

  test.each(Object.keys(signing))("takes a private key of %s, and signs with it", async (spec) => {
    const privateKey = newPrivateKey(spec);
    const publicKey = createPublicKey(privateKey);
    const request = requestOf(spec, pkcs8(privateKey));
    const imported = await bench.askSlowly("importKeyMaterial", request);
    const spki = publicKey.export({ type: "spki", format: "der" });
    expect(Buffer.from(imported.publicKey ?? [])).toEqual(spki);
    const facts = { ...request.facts, keyMaterialId: imported.keyMaterialId };
    const message = Buffer.from("m");
    const algorithm = signing[spec] ?? "";
    const signature = await bench.askSlowly("sign", {
      material: { facts, wrapped: Buffer.from(imported.wrapped) },
      algorithm,
      messageType: "RAW",
      message,
    });
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const key = { key: publicKey, ...(algorithm.includes("PSS") ? pss : {}) };
    const hash = algorithm.startsWith("ED") ? undefined : `sha${algorithm.slice(-3)}`;
    expect(verify(hash, message, key, Buffer.from(signature.signature))).toBe(true);
  });

  test.each([
    ["HMAC_224", 28],
    ["HMAC_256", 32],
    ["HMAC_256", 128],
    ["HMAC_384", 48],
    ["HMAC_512", 64],
  ])("takes an HMAC key of %s of %i bytes", async (spec, length) => {
    const request = requestOf(spec, randomBytes(length), "RSAES_OAEP_SHA_256");
    expect(await handlers.importKeyMaterial(request)).toHaveProperty("keyMaterialId");
  });

  test("knows the same material under the same key again, after other domain keys too", async () => {
    const fresh = await vaultBench();
    const facts = { ...importFacts };
    const material = randomBytes(32);
    const made = await fresh.askSlowly("createImportKey", { facts, wrappingKeySpec: "RSA_2048" });
    const publicKey = publicKeyIn(made.publicKey);
    const ids: string[] = [];
    const otherKey = randomUUID();
    for (const [secret, id] of [
      [material, keyId],
      [material, keyId],
      [randomBytes(32), keyId],
    ] as const) {
      const { keyMaterialId } = await fresh.askSlowly("importKeyMaterial", {
        importKey: { facts, wrapped: Buffer.from(made.wrapped) },
        wrappingAlgorithm: "RSAES_OAEP_SHA_256",
        encryptedKeyMaterial: wrapFor(publicKey, "RSAES_OAEP_SHA_256", secret),
        facts: factsOf("SYMMETRIC_DEFAULT", { keyId: id }),
      });
      ids.push(keyMaterialId);
      fresh.ask("createDomainKey", { number: ids.length + 1 });
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    const others = { ...importFacts, keyId: otherKey };
    const elsewhere = await newImportKey("RSA_2048", others);
    const { keyMaterialId } = await bench.askSlowly("importKeyMaterial", {
      importKey: elsewhere.importKey,
      wrappingAlgorithm: "RSAES_OAEP_SHA_256",
      encryptedKeyMaterial: wrapFor(elsewhere.publicKey, "RSAES_OAEP_SHA_256", material),
      facts: factsOf("SYMMETRIC_DEFAULT", { keyId: otherKey }),
    });
    expect(keyMaterialId).not.toBe(ids[0]);
    fresh.close();
  });

  test("knows a private key again in another encoding", async () => {
    const privateKey = newPrivateKey("ECC_NIST_P256");
    const whole = pkcs8(privateKey);
    const { d = "" } = privateKey.export({ format: "jwk" });
    // PKCS#8 and RFC 5915 without the optional public key.
    const head = Buffer.from(
      "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
      "hex",
    );
    const short = Buffer.concat([head, Buffer.from(d, "base64url")]);
    const [one, other] = [
      await bench.askSlowly("importKeyMaterial", requestOf("ECC_NIST_P256", whole)),
      await bench.askSlowly("importKeyMaterial", requestOf("ECC_NIST_P256", short)),
    ];
    expect(other.keyMaterialId).toBe(one.keyMaterialId);
  });
});

describe("importKeyMaterial says rejected, and no more", () => {
  const sound = requestOf("SYMMETRIC_DEFAULT", randomBytes(32));

  test.each([0, 1, 255, 256, 257, 295, 6_144])("of %i bytes of noise", async (length) => {
    for (const wrappingAlgorithm of algorithms) {
      const request = { ...sound, wrappingAlgorithm, encryptedKeyMaterial: randomBytes(length) };
      expect(await handlers.importKeyMaterial(request)).toEqual(rejected);
    }
  });

  test("of material wrapped in another way than was said", async () => {
    for (const used of algorithms) {
      for (const said of algorithms.filter((each) => each !== used)) {
        const request = requestOf("SYMMETRIC_DEFAULT", randomBytes(32), used);
        const reply = await handlers.importKeyMaterial({ ...request, wrappingAlgorithm: said });
        expect({ used, said, reply }).toEqual({ used, said, reply: rejected });
      }
    }
  });

  test("of an AES key that is not one of 256 bits", async () => {
    const aesKey = randomBytes(16);
    const cipher = createCipheriv("id-aes128-wrap-pad", aesKey, Buffer.from("a65959a6", "hex"));
    const under = Buffer.concat([cipher.update(randomBytes(32)), cipher.final()]);
    const encryptedKeyMaterial = Buffer.concat([oaep(own.publicKey, "sha256", aesKey), under]);
    expect(await handlers.importKeyMaterial({ ...sound, encryptedKeyMaterial })).toEqual(rejected);
  });

  test("of any flipped bit", async () => {
    for (let bit = 0; bit < sound.encryptedKeyMaterial.length * 8; bit += 97) {
      const encryptedKeyMaterial = Buffer.from(sound.encryptedKeyMaterial);
      const at = bit >> 3;
      encryptedKeyMaterial[at] = (encryptedKeyMaterial[at] ?? 0) ^ (1 << (bit & 7));
      const reply = await handlers.importKeyMaterial({ ...sound, encryptedKeyMaterial });
      expect({ bit, reply }).toEqual({ bit, reply: rejected });
    }
  });

  test("of an import key of another import, and of one that was changed", async () => {
    const importKey = {
      ...own.importKey,
      facts: { ...importFacts, importId: randomBytes(16) },
    };
    expect(await handlers.importKeyMaterial({ ...sound, importKey })).toEqual(rejected);
    const wrapped = Buffer.from(own.importKey.wrapped);
    wrapped[100] = (wrapped[100] ?? 0) ^ 1;
    const changed = { ...own.importKey, wrapped };
    expect(await handlers.importKeyMaterial({ ...sound, importKey: changed })).toEqual(rejected);
  });

  test("of key material in an import key's place", async () => {
    const { facts, wrapped } = bench.newMaterial({ keyId });
    const importKey = { facts: { ...importFacts, importId: facts.reference }, wrapped };
    expect(await handlers.importKeyMaterial({ ...sound, importKey })).toEqual(rejected);
  });
});

test("the import key is collected after a refusal", async () => {
  const gc = vi.fn<() => void>();
  vi.stubGlobal("gc", gc);
  collectDroppedKeys();
  gc.mockClear();
  const request = requestOf("SYMMETRIC_DEFAULT", randomBytes(32));
  const encryptedKeyMaterial = randomBytes(256);
  expect(await handlers.importKeyMaterial({ ...request, encryptedKeyMaterial })).toEqual(rejected);
  collectDroppedKeys();
  vi.unstubAllGlobals();
  expect(gc).toHaveBeenCalledOnce();
});

describe("importKeyMaterial says wrong-material", () => {
  test.each([
    ["SYMMETRIC_DEFAULT", 31],
    ["SYMMETRIC_DEFAULT", 33],
    ["SYMMETRIC_DEFAULT", 16],
    ["HMAC_224", 27],
    ["HMAC_256", 31],
    ["HMAC_384", 47],
    ["HMAC_512", 63],
    ["HMAC_512", 129],
  ])("of %s with %i bytes", async (spec, length) => {
    const request = requestOf(spec, randomBytes(length), "RSAES_OAEP_SHA_256");
    expect(await handlers.importKeyMaterial(request)).toEqual(wrongMaterial);
  });

  test.each(Object.keys(signing))("of %s with a key of any other spec", async (spec) => {
    for (const other of Object.keys(signing)) {
      if (other === spec) continue;
      const request = requestOf(spec, pkcs8(newPrivateKey(other)));
      const reply = await handlers.importKeyMaterial(request);
      expect({ other, reply }).toEqual({ other, reply: wrongMaterial });
    }
  });

  test("of RSA with another modulus, another scheme or a small exponent", async () => {
    const keys = [
      generateKeyPairSync("rsa", { modulusLength: 3072 }),
      generateKeyPairSync("rsa", { modulusLength: 2056 }),
      generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
      generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }),
    ];
    for (const { privateKey } of keys) {
      const reply = await handlers.importKeyMaterial(requestOf("RSA_2048", pkcs8(privateKey)));
      expect(reply).toEqual(wrongMaterial);
    }
  });

  test("of halves that do not belong together, which OpenSSL reads", async () => {
    const one = pkcs8(newPrivateKey("ECC_NIST_P256"));
    const other = pkcs8(newPrivateKey("ECC_NIST_P256"));
    const mixed = Buffer.concat([one.subarray(0, -65), other.subarray(-65)]);
    const reply = await handlers.importKeyMaterial(requestOf("ECC_NIST_P256", mixed));
    expect(reply).toEqual(wrongMaterial);
  });

  test("of a public key, a raw key and junk in a private key's place", async () => {
    const publicKey = createPublicKey(newPrivateKey("ECC_NIST_P256"));
    for (const material of [
      publicKey.export({ type: "spki", format: "der" }),
      randomBytes(32),
      Buffer.concat([Buffer.from("308187020100", "hex"), Buffer.alloc(130, 0xff)]),
      Buffer.alloc(64),
    ]) {
      const reply = await handlers.importKeyMaterial(requestOf("ECC_NIST_P256", material));
      expect(reply).toEqual(wrongMaterial);
    }
  });

  test("of specs that are never imported", async () => {
    for (const [keySpec, keyUsage] of [
      ["ML_DSA_65", "SIGN_VERIFY"],
      ["SM2", "SIGN_VERIFY"],
      ["ML_KEM_768", "ENCAPSULATE_DECAPSULATE"],
    ] as const) {
      const request = requestOf("SYMMETRIC_DEFAULT", randomBytes(32));
      const facts = factsOf(keySpec, { keyUsage });
      expect(await handlers.importKeyMaterial({ ...request, facts })).toEqual(wrongMaterial);
    }
  });
});

describe("what cannot be true is malformed", () => {
  test("of an import", async () => {
    const sound = requestOf("SYMMETRIC_DEFAULT", randomBytes(32));
    for (const wrong of [
      { wrappingAlgorithm: "RSAES_PKCS1_V1_5" },
      { wrappingAlgorithm: "constructor" },
      { facts: factsOf("SYMMETRIC_DEFAULT", { origin: "AWS_KMS" }) },
      { facts: factsOf("SYMMETRIC_DEFAULT", { keyId: randomUUID() }) },
      { facts: factsOf("SYMMETRIC_DEFAULT", { accountId: "999999999999" }) },
      { facts: factsOf("DES") },
    ]) {
      expect(await handlers.importKeyMaterial({ ...sound, ...wrong })).toEqual(malformed);
    }
  });

  test("of an import key", async () => {
    const sound = { facts: importFacts, wrappingKeySpec: "RSA_2048" };
    for (const wrong of [
      { wrappingKeySpec: "RSA_1024" },
      { wrappingKeySpec: "ECC_NIST_P256" },
      { facts: { ...importFacts, keyId: "nope" } },
      { facts: { ...importFacts, importId: randomBytes(15) } },
    ]) {
      expect(await handlers.createImportKey({ ...sound, ...wrong })).toEqual(malformed);
    }
  });

  test("of material that the vault is to make itself, with the origin of an import", async () => {
    const origin = "EXTERNAL";
    const facts = newFacts({ origin });
    expect(handlers.createKeyMaterial({ facts })).toEqual(malformed);
    const pair = newFacts({ origin, keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" });
    expect(await handlers.createKeyPair({ facts: pair })).toEqual(malformed);
  });
});

async function importedPair() {
  const privateKey = newPrivateKey("ECC_NIST_P256");
  const request = requestOf("ECC_NIST_P256", pkcs8(privateKey));
  const { keyMaterialId, publicKey = new Uint8Array() } = await bench.askSlowly(
    "importKeyMaterial",
    request,
  );
  return { keyId, keyMaterialId, publicKey: Buffer.from(publicKey) };
}

describe("vouchForPublicKey", () => {
  const hmacKey = randomBytes(32);

  test("knows the public key of imported key material, and no other", async () => {
    const ours = await importedPair();
    const other = await importedPair();
    expect(handlers.vouchForPublicKey(ours)).toEqual({});
    for (const asked of [
      { ...ours, publicKey: other.publicKey },
      { ...ours, keyMaterialId: other.keyMaterialId },
      { ...ours, keyMaterialId: "" },
      { ...ours, keyId: randomUUID() },
      { ...ours, publicKey: ours.publicKey.subarray(0, -1) },
      { ...ours, publicKey: Buffer.concat([ours.publicKey, Buffer.alloc(1)]) },
    ]) {
      expect(handlers.vouchForPublicKey(asked)).toEqual(rejected);
    }
    expect(handlers.vouchForPublicKey({ ...ours, keyId: "" })).toEqual(malformed);
  });

  test("tells nothing of key material that is no public key", async () => {
    const request = requestOf("HMAC_256", hmacKey, "RSAES_OAEP_SHA_256");
    const { keyMaterialId } = await bench.askSlowly("importKeyMaterial", request);
    const asked = { keyId, keyMaterialId, publicKey: hmacKey };
    expect(handlers.vouchForPublicKey(asked)).toEqual(rejected);
  });
});
