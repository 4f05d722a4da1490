import { constants, createHash, verify } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";
import { signatureAlgorithms } from "../algorithms/signature-algorithms.ts";
import { openVault } from "../open-vault.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const malformed = { refused: "malformed" };
const rejected = { refused: "rejected" };
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
  const hash = signatureAlgorithms.get(algorithm)?.hash;
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
    expect(await handlers.verify({ ...request, signature: changed })).toEqual(rejected);
    expect(await handlers.verify({ ...request, signature: Buffer.of(1, 2) })).toEqual(rejected);
    const other = { ...request, message: Buffer.from("another message"), signature };
    expect(await handlers.verify(other)).toEqual(rejected);
  });
});

describe.each(hashed)("%s with %s over a digest", (keySpec, algorithm) => {
  test("gives a signature of the message the digest was made from", async () => {
    const key = await newKey(keySpec);
    const hash = signatureAlgorithms.get(algorithm)?.hash ?? "";
    const digest = createHash(hash).update(message).digest();
    const request = { material: key.material, algorithm, messageType: "DIGEST", message: digest };
    const { signature } = await bench.askSlowly("sign", request);
    expect(isGenuine(algorithm, key, Buffer.from(signature))).toBe(true);
    expect(await handlers.verify({ ...request, signature })).toEqual({});
    const raw = { ...request, messageType: "RAW", message, signature };
    expect(await handlers.verify(raw)).toEqual({});
    const changed = Buffer.from(signature);
    changed[10] = (changed[10] ?? 0) ^ 1;
    expect(await handlers.verify({ ...request, signature: changed })).toEqual(rejected);
  });

  test("refuses a digest of another length as malformed", async () => {
    const { material } = await newKey(keySpec);
    const short = { material, algorithm, messageType: "DIGEST", message: Buffer.alloc(31) };
    expect(await handlers.sign(short)).toEqual({ refused: "malformed" });
  });
});

const everySpec = [...new Set([...hashed, ...whole].map(([keySpec]) => keySpec))];
const everyAlgorithm = [...signatureAlgorithms.keys()];

describe.each(everySpec)("%s", (keySpec) => {
  test("signs and verifies with its own algorithms only, whatever comes", async () => {
    const { material } = await newKey(keySpec);
    const strangers = ["ECDSA_SHA_1", "constructor", "__proto__", "toString", ""];
    const accepted = new Set<string>();
    for (const algorithm of [...everyAlgorithm, ...strangers]) {
      for (const messageType of ["RAW", "DIGEST", "EXTERNAL_MU", "constructor"]) {
        for (const length of lengths) {
          const bytes = Buffer.alloc(length, 7);
          const request = { material, algorithm, messageType, message: bytes };
          const signed = await handlers.sign(request);
          const judged = await handlers.verify({ ...request, signature: Buffer.alloc(64, 1) });
          const isSigned = "signature" in signed;
          if (isSigned) accepted.add(`${algorithm} ${messageType} ${length}`);
          const outcome = { signed: isSigned ? isSigned : signed, judged };
          const expected = isSigned
            ? { signed: true, judged: rejected }
            : { signed: malformed, judged: malformed };
          expect({ ...request, ...outcome }).toEqual({ ...request, ...expected });
        }
      }
    }
    expect([...accepted].toSorted()).toEqual(expectedOf(keySpec).toSorted());
  });
});

const lengths = [0, 1, 31, 32, 48, 63, 64, 65];
const raw = (name: string): string[] => lengths.map((length) => `${name} RAW ${length}`);

const over = (name: string, length: number) => [...raw(name), `${name} DIGEST ${length}`];

/** Written out once more, by hand: AWS KMS developer guide, "Key spec reference". */
function expectedOf(keySpec: string): string[] {
  if (keySpec.startsWith("RSA")) {
    return ["PKCS1_V1_5", "PSS"].flatMap((padding) =>
      [32, 48, 64].flatMap((length) => over(`RSASSA_${padding}_SHA_${length * 8}`, length)),
    );
  }
  if (keySpec.startsWith("ML_DSA")) {
    return [...raw("ML_DSA_SHAKE_256"), "ML_DSA_SHAKE_256 EXTERNAL_MU 64"];
  }
  if (keySpec === "ECC_NIST_EDWARDS25519") {
    return [...raw("ED25519_SHA_512"), "ED25519_PH_SHA_512 DIGEST 64"];
  }
  if (keySpec === "ECC_NIST_P384") return over("ECDSA_SHA_384", 48);
  return keySpec === "ECC_NIST_P521" ? over("ECDSA_SHA_512", 64) : over("ECDSA_SHA_256", 32);
}

describe.each(["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])("%s over an external µ", (keySpec) => {
  test("gives a signature of the message that µ was made from, and the other way round", async () => {
    const key = await newKey(keySpec);
    const { material } = key;
    const spki = key.publicKey.export({ type: "spki", format: "der" });
    const mu = muOf(spki.subarray(22), message);
    const algorithm = "ML_DSA_SHAKE_256";
    const external = { material, algorithm, messageType: "EXTERNAL_MU", message: mu };
    const internal = { material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", external);
    expect(verify(undefined, message, key.publicKey, Buffer.from(signature))).toBe(true);
    expect(await handlers.verify({ ...internal, signature })).toEqual({});
    const other = await bench.askSlowly("sign", internal);
    expect(await handlers.verify({ ...external, signature: other.signature })).toEqual({});
    const changed = { ...external, message: Buffer.alloc(64), signature };
    expect(await handlers.verify(changed)).toEqual(rejected);
  });
});

function shake(bytes: Uint8Array): Buffer {
  return createHash("shake256", { outputLength: 64 }).update(bytes).digest();
}

/** FIPS 204, algorithm 7, with an empty context: µ = H(H(pk, 64) || 0 || 0 || M, 64). */
function muOf(publicKey: Uint8Array, signed: Uint8Array): Buffer {
  return shake(Buffer.concat([shake(publicKey), Buffer.alloc(2), signed]));
}

describe("Ed25519ph", () => {
  test("signs the caller's digest as a message of its own: not as pure Ed25519", async () => {
    const { material } = await newKey("ECC_NIST_EDWARDS25519");
    const digest = createHash("sha512").update(message).digest();
    const prehashed = {
      material,
      algorithm: "ED25519_PH_SHA_512",
      messageType: "DIGEST",
      message: digest,
    };
    const { signature } = await bench.askSlowly("sign", prehashed);
    expect(signature.length).toBe(64);
    expect(await bench.askSlowly("sign", prehashed)).toEqual({ signature });
    expect(await handlers.verify({ ...prehashed, signature })).toEqual({});
    const pure = { ...prehashed, algorithm: "ED25519_SHA_512", messageType: "RAW", signature };
    expect(await handlers.verify(pure)).toEqual(rejected);
    expect(await handlers.verify({ ...pure, message })).toEqual(rejected);
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

  test("signs a thousand digests at once", async () => {
    const { material } = await newKey("ECC_NIST_P256");
    const digest = Buffer.alloc(32, 1);
    const request = { material, algorithm: "ECDSA_SHA_256", messageType: "DIGEST" };
    await bench.askSlowly("sign", { ...request, message: digest });
    const replies = await Promise.all(
      Array.from({ length: 1_000 }, () => handlers.sign({ ...request, message: digest })),
    );
    expect(replies.every((reply) => "signature" in reply)).toBe(true);
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
