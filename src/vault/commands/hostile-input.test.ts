/** What a caller can make up: it is refused, and the vault goes on. */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const rejected = { refused: "rejected" };
const message = Buffer.from("signed");

const signing = [
  ["RSA_2048", "RSASSA_PSS_SHA_256"],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"],
  ["ECC_NIST_P256", "ECDSA_SHA_256"],
  ["ECC_NIST_P521", "ECDSA_SHA_512"],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
  ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512"],
  ["ML_DSA_44", "ML_DSA_SHAKE_256"],
] as const;

/** One byte changed, put in or taken out; cut; lengthened; or nothing of it left. */
const mutation = fc.record({
  kind: fc.constantFrom("change", "insert", "delete", "cut", "extend", "noise"),
  at: fc.nat(),
  value: fc.integer({ min: 1, max: 255 }),
  noise: fc.uint8Array({ maxLength: 200 }),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(sound: Buffer, { kind, at, value, noise }: Mutation): Buffer {
  const place = at % sound.length;
  const [head, tail] = [sound.subarray(0, place), sound.subarray(place)];
  if (kind === "insert") return Buffer.concat([head, Buffer.of(value), tail]);
  if (kind === "delete") return Buffer.concat([head, tail.subarray(1)]);
  if (kind === "cut") return Buffer.from(head);
  if (kind === "extend") return Buffer.concat([sound, Buffer.of(value)]);
  if (kind === "noise") return Buffer.from(noise);
  const changed = Buffer.from(sound);
  changed[place] = (changed[place] ?? 0) ^ value;
  return changed;
}

describe("a mutated signature", () => {
  test.each(signing)(
    "is rejected by %s with %s, of messages and of digests",
    async (keySpec, algorithm) => {
      const { material } = await bench.newKeyPair({ keySpec, keyUsage: "SIGN_VERIFY" });
      const request = { material, algorithm, messageType: "RAW", message };
      const sound = Buffer.from((await bench.askSlowly("sign", request)).signature);
      const hash = /^(?:RSA|ECDSA)/.test(algorithm) ? `sha${algorithm.slice(-3)}` : undefined;
      const digest = hash === undefined ? message : createHash(hash).update(message).digest();
      const messageType = hash === undefined ? "RAW" : "DIGEST";
      await fc.assert(
        fc.asyncProperty(mutation, async (each) => {
          const signature = mutate(sound, each);
          // Taking out one of two equal bytes, for example, may leave it as it was.
          fc.pre(!signature.equals(sound));
          expect(await handlers.verify({ ...request, signature })).toEqual(rejected);
          const over = { ...request, messageType, message: digest, signature };
          expect(await handlers.verify(over)).toEqual(rejected);
        }),
        { numRuns: 150 },
      );
    },
  );
});

describe("a mutated public key", () => {
  test.each([
    ["ECC_NIST_P256", "prime256v1"],
    ["ECC_NIST_P384", "secp384r1"],
    ["ECC_NIST_P521", "secp521r1"],
  ])("gives no shared secret with %s", async (keySpec, namedCurve) => {
    const { material } = await bench.newKeyPair({ keySpec, keyUsage: "KEY_AGREEMENT" });
    const peer = generateKeyPairSync("ec", { namedCurve }).publicKey;
    const sound = peer.export({ type: "spki", format: "der" });
    await fc.assert(
      fc.asyncProperty(mutation, async (each) => {
        const publicKey = mutate(sound, each);
        fc.pre(!publicKey.equals(sound));
        const request = { material, publicKey };
        expect(await handlers.deriveSharedSecret(request)).toEqual(rejected);
      }),
      { numRuns: 150 },
    );
  });

  test("at infinity gives no shared secret", async () => {
    const facts = { keySpec: "ECC_NIST_P256", keyUsage: "KEY_AGREEMENT" };
    const { material } = await bench.newKeyPair(facts);
    const head = "3019301306072a8648ce3d020106082a8648ce3d030107030200";
    const publicKey = Buffer.from(`${head}00`, "hex");
    expect(await handlers.deriveSharedSecret({ material, publicKey })).toEqual(rejected);
  });
});

describe("a mutated RSA ciphertext", () => {
  test("is rejected alike, whatever is wrong with it", async () => {
    const facts = { keySpec: "RSA_2048", keyUsage: "ENCRYPT_DECRYPT" };
    const { material } = await bench.newKeyPair(facts);
    const algorithm = "RSAES_OAEP_SHA_256";
    const sealed = await bench.askSlowly("rsaEncrypt", { material, algorithm, plaintext: message });
    const sound = Buffer.from(sealed.ciphertext);
    await fc.assert(
      fc.asyncProperty(mutation, async (each) => {
        const ciphertext = mutate(sound, each);
        fc.pre(!ciphertext.equals(sound));
        const request = { material, algorithm, ciphertext };
        expect(await handlers.rsaDecrypt(request)).toEqual(rejected);
      }),
      { numRuns: 150 },
    );
    const other = { material, algorithm: "RSAES_OAEP_SHA_1", ciphertext: sound };
    expect(await handlers.rsaDecrypt(other)).toEqual(rejected);
  });
});

describe("a wrapped import of noise", () => {
  test("is refused, and nothing else is said", async () => {
    const keyId = randomUUID();
    const facts = { accountId: "111122223333", keyId, importId: randomBytes(16) };
    const wrappingKeySpec = "RSA_2048";
    const made = await bench.askSlowly("createImportKey", { facts, wrappingKeySpec });
    const importKey = { facts, wrapped: Buffer.from(made.wrapped) };
    const algorithms = ["RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
    const noise = fc.uint8Array({ maxLength: 6_144, size: "max" });
    await fc.assert(
      fc.asyncProperty(noise, fc.constantFrom(...algorithms), async (bytes, wrappingAlgorithm) => {
        const reply = await handlers.importKeyMaterial({
          importKey,
          wrappingAlgorithm,
          encryptedKeyMaterial: bytes,
          facts: {
            reference: randomBytes(16),
            accountId: facts.accountId,
            keyId,
            keySpec: "SYMMETRIC_DEFAULT",
            keyUsage: "ENCRYPT_DECRYPT",
            origin: "EXTERNAL",
            multiRegion: false,
            createdAtMs: 0,
          },
        });
        expect(reply).toEqual(rejected);
      }),
      { numRuns: 60 },
    );
  });
});
