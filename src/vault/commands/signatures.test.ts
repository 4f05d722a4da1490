import { constants, createHash, verify } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";
import { signatureAlgorithms } from "../algorithms/signatures.ts";
import { openVault } from "../open-vault.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const message = Buffer.from("to whom it may concern");

const rsa = ["PKCS1_V1_5", "PSS"].flatMap((padding) =>
  ["256", "384", "512"].map((bits) => ["RSA_2048", `RSASSA_${padding}_SHA_${bits}`] as const),
);
const hashed = [
  ...rsa,
  ["ECC_NIST_P256", "ECDSA_SHA_256"],
  ["ECC_NIST_P384", "ECDSA_SHA_384"],
  ["ECC_NIST_P521", "ECDSA_SHA_512"],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
] as const;
const whole = [
  ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512"],
  ["ML_DSA_44", "ML_DSA_SHAKE_256"],
  ["ML_DSA_65", "ML_DSA_SHAKE_256"],
  ["ML_DSA_87", "ML_DSA_SHAKE_256"],
] as const;

async function newKey(keySpec: string) {
  return await bench.newKeyPair({ keySpec, keyUsage: "SIGN_VERIFY" });
}

function isGenuine(algorithm: string, key: Awaited<ReturnType<typeof newKey>>, signature: Buffer) {
  const hash = signatureAlgorithms[algorithm]?.hash;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(hash?.slice(3)) / 8 };
  const options = algorithm.includes("PSS") ? pss : {};
  return verify(hash, message, { key: key.publicKey, ...options }, signature);
}

describe.each([...hashed, ...whole])("%s with %s", (keySpec, algorithm) => {
  test("signs what node:crypto verifies with the public key, and verifies it again", async () => {
    const key = await newKey(keySpec);
    const request = { material: key.material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    expect(isGenuine(algorithm, key, Buffer.from(signature))).toBe(true);
    expect(await handlers.verify({ ...request, signature })).toEqual({});
    const changed = Buffer.from(signature);
    changed[10] = (changed[10] ?? 0) ^ 1;
    const rejected = { refused: "rejected" };
    expect(await handlers.verify({ ...request, signature: changed })).toEqual(rejected);
    expect(await handlers.verify({ ...request, signature: Buffer.of(1, 2) })).toEqual(rejected);
    const other = { ...request, message: Buffer.from("another message"), signature };
    expect(await handlers.verify(other)).toEqual(rejected);
  });
});

describe.each(hashed)("%s with %s over a digest", (keySpec, algorithm) => {
  test("gives a signature of the message the digest was made from", async () => {
    const key = await newKey(keySpec);
    const hash = signatureAlgorithms[algorithm]?.hash ?? "";
    const digest = createHash(hash).update(message).digest();
    const request = { material: key.material, algorithm, messageType: "DIGEST", message: digest };
    const { signature } = await bench.askSlowly("sign", request);
    expect(isGenuine(algorithm, key, Buffer.from(signature))).toBe(true);
    expect(await handlers.verify({ ...request, signature })).toEqual({});
    const raw = { ...request, messageType: "RAW", message, signature };
    expect(await handlers.verify(raw)).toEqual({});
    const changed = Buffer.from(signature);
    changed[10] = (changed[10] ?? 0) ^ 1;
    const rejected = { refused: "rejected" };
    expect(await handlers.verify({ ...request, signature: changed })).toEqual(rejected);
  });

  test("refuses a digest of another length as malformed", async () => {
    const { material } = await newKey(keySpec);
    const short = { material, algorithm, messageType: "DIGEST", message: Buffer.alloc(31) };
    expect(await handlers.sign(short)).toEqual({ refused: "malformed" });
  });
});

describe("sign", () => {
  test("refuses what no algorithm takes, and a key of another usage, as malformed", async () => {
    const { material } = await newKey("ECC_NIST_P256");
    const request = { material, algorithm: "ECDSA_SHA_256", messageType: "RAW", message };
    const agreeing = await bench.newKeyPair({
      keySpec: "ECC_NIST_P256",
      keyUsage: "KEY_AGREEMENT",
    });
    for (const wrong of [
      { algorithm: "ECDSA_SHA_1" },
      { messageType: "EXTERNAL_MU" },
      { material: agreeing.material },
      { material: bench.newMaterial() },
    ]) {
      expect(await handlers.sign({ ...request, ...wrong })).toEqual({ refused: "malformed" });
    }
  });

  test("says so when the bridge to OpenSSL is missing", async () => {
    const bare = await openVault({ directory: bench.directory, initialize: false });
    bare.handlers.createDomainKey({ number: 1 });
    const { material } = await newKey("ECC_NIST_P256");
    const wrapped = await bare.handlers.createKeyPair({ facts: material.facts });
    if ("refused" in wrapped) throw new Error("refused");
    const own = { facts: material.facts, wrapped: Buffer.from(wrapped.wrapped) };
    const reply = await bare.handlers.sign({
      material: own,
      algorithm: "ECDSA_SHA_256",
      messageType: "DIGEST",
      message: Buffer.alloc(32),
    });
    expect(reply).toEqual({ refused: "unsupported" });
    bare.close();
  });
});
