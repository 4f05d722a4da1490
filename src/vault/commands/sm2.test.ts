import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { newFacts, vaultBench } from "../../../test/vault-bench.ts";
import { findBridge } from "../../launcher/start-vault.ts";
import { openVault } from "../open-vault.ts";
import { sm2Digest } from "../algorithms/sm2-digest.ts";

const bench = await vaultBench();
const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-sm2-"));
afterAll(() => {
  bench.close();
  rmSync(directory, { recursive: true });
});
const { handlers } = bench.vault;
const keySpec = "SM2";
const message = Buffer.from("a message");
const hasOpenSsl = commandExists();
const hasNoBridge = findBridge() === undefined;
const identity = ["-pkeyopt", "distid:1234567812345678"];

function commandExists(): boolean {
  try {
    return execFileSync("openssl", ["list", "-public-key-algorithms"]).includes("SM2");
  } catch {
    return false;
  }
}

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = path.join(directory, name);
  writeFileSync(file, bytes);
  return file;
}

function pem(key: KeyObject): string {
  const type = key.type === "private" ? "pkcs8" : "spki";
  return fileOf(`${key.type}.pem`, key.export({ type, format: "pem" }).toString());
}

function openssl(...words: string[]): Buffer {
  return execFileSync("openssl", ["pkeyutl", ...words], { stdio: ["ignore", "pipe", "pipe"] });
}

async function newKey(keyUsage: string) {
  return await bench.newKeyPair({ keySpec, keyUsage });
}

describe.skipIf(hasNoBridge)("SM2DSA", () => {
  const algorithm = "SM2DSA";

  test("signs what it verifies, whole and as a digest, and no two signatures are alike", async () => {
    const { material, publicKey } = await newKey("SIGN_VERIFY");
    const whole = { material, algorithm, messageType: "RAW", message };
    const digest = { ...whole, messageType: "DIGEST", message: sm2Digest(message, publicKey) };
    const { signature } = await bench.askSlowly("sign", whole);
    expect(await handlers.verify({ ...digest, signature })).toEqual({});
    const { signature: other } = await bench.askSlowly("sign", digest);
    expect(await handlers.verify({ ...whole, signature: other })).toEqual({});
    expect(Buffer.compare(signature, other)).not.toBe(0);
  });

  test.runIf(hasOpenSsl)("is what the openssl command makes and takes", async () => {
    const { material, publicKey } = await newKey("SIGN_VERIFY");
    const request = { material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    const input = ["-rawin", "-digest", "sm3", ...identity, "-in", fileOf("message", message)];
    const ours = fileOf("signature", signature);
    const verify = ["-verify", "-pubin", "-inkey", pem(publicKey), "-sigfile", ours, ...input];
    expect(openssl(...verify).toString()).toContain("Verified Successfully");
  });

  test.each<[string, (sound: Buffer) => Buffer]>([
    ["nothing", () => Buffer.alloc(0)],
    ["a byte more", (sound) => Buffer.concat([sound, Buffer.of(0)])],
    ["a byte less", (sound) => sound.subarray(0, -1)],
    ["two zeros", () => Buffer.from("3006020100020100", "hex")],
    ["no DER", () => Buffer.alloc(70, 0xff)],
    ["a length in a longer form", (s) => Buffer.concat([Buffer.of(0x30, 0x81), s.subarray(1)])],
  ])("rejects %s for a signature", async (_what, damaged) => {
    const { material } = await newKey("SIGN_VERIFY");
    const request = { material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    const sent = { ...request, signature: damaged(Buffer.from(signature)) };
    expect(await handlers.verify(sent)).toEqual({ refused: "rejected" });
  });

  test("rejects every signature with a byte changed, and another message's", async () => {
    const { material } = await newKey("SIGN_VERIFY");
    const request = { material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    for (let at = 0; at < signature.length; at += 1) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const sent = { ...request, signature: changed };
      expect(await handlers.verify(sent)).toEqual({ refused: "rejected" });
    }
    const other = { ...request, message: Buffer.from("A message"), signature };
    expect(await handlers.verify(other)).toEqual({ refused: "rejected" });
  });

  test.each([31, 33])("signs no digest of %d bytes", async (length) => {
    const { material } = await newKey("SIGN_VERIFY");
    const request = { material, algorithm, messageType: "DIGEST", message: Buffer.alloc(length) };
    expect(await handlers.sign(request)).toEqual({ refused: "malformed" });
  });

  test.each(["ECDSA_SHA_256", "RSASSA_PSS_SHA_256"])("signs nothing by %s", async (other) => {
    const { material } = await newKey("SIGN_VERIFY");
    const request = { material, algorithm: other, messageType: "RAW", message };
    expect(await handlers.sign(request)).toEqual({ refused: "malformed" });
  });

  test("is for no other key", async () => {
    const facts = { keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" };
    const { material } = await bench.newKeyPair(facts);
    const request = { material, algorithm, messageType: "RAW", message };
    expect(await handlers.sign(request)).toEqual({ refused: "malformed" });
  });
});

describe.skipIf(hasNoBridge)("SM2PKE", () => {
  const algorithm = "SM2PKE";

  test.each([1, 19, 127, 128, 1_023, 1_024])(
    "decrypts what it encrypts: %d bytes",
    async (length) => {
      const { material } = await newKey("ENCRYPT_DECRYPT");
      const plaintext = Buffer.alloc(length, 7);
      const { ciphertext } = await bench.askSlowly("rsaEncrypt", {
        material,
        algorithm,
        plaintext,
      });
      const opened = await bench.askSlowly("rsaDecrypt", { material, algorithm, ciphertext });
      expect(opened).toEqual({ plaintext });
    },
  );

  test("takes no plaintext of 1,025 bytes", async () => {
    const { material } = await newKey("ENCRYPT_DECRYPT");
    const request = { material, algorithm, plaintext: Buffer.alloc(1_025) };
    expect(await handlers.rsaEncrypt(request)).toEqual({ refused: "too-long" });
  });

  test.runIf(hasOpenSsl)("decrypts what the openssl command encrypts", async () => {
    const { material, publicKey } = await newKey("ENCRYPT_DECRYPT");
    const input = ["-in", fileOf("plaintext", message)];
    const ciphertext = openssl("-encrypt", "-pubin", "-inkey", pem(publicKey), ...input);
    const opened = await bench.askSlowly("rsaDecrypt", { material, algorithm, ciphertext });
    expect(opened).toEqual({ plaintext: message });
  });

  test("rejects every ciphertext that was tampered with, and tells no fault from another", async () => {
    const { material } = await newKey("ENCRYPT_DECRYPT");
    const request = { material, algorithm };
    const sealed = await bench.askSlowly("rsaEncrypt", { ...request, plaintext: message });
    const sound = Buffer.from(sealed.ciphertext);
    for (let at = 0; at < sound.length; at += 1) {
      const ciphertext = Buffer.from(sound);
      ciphertext[at] = (ciphertext[at] ?? 0) ^ 0x81;
      expect(await handlers.rsaDecrypt({ ...request, ciphertext })).toEqual({
        refused: "rejected",
      });
    }
    for (const ciphertext of [
      Buffer.alloc(0),
      Buffer.of(0x30),
      Buffer.of(0x30, 0x80),
      sound.subarray(0, -1),
      Buffer.concat([sound, Buffer.of(0)]),
    ]) {
      expect(await handlers.rsaDecrypt({ ...request, ciphertext })).toEqual({
        refused: "rejected",
      });
    }
  });

  test("rejects whatever bytes come, and points that are not on the curve", async () => {
    const { material } = await newKey("ENCRYPT_DECRYPT");
    const request = { material, algorithm };
    const coordinate = fc.uint8Array({ minLength: 1, maxLength: 34 });
    const structure = fc
      .tuple(coordinate, coordinate, fc.uint8Array({ minLength: 31, maxLength: 33 }), coordinate)
      .map(([x, y, digest, encrypted]) => {
        const parts = [member(2, x), member(2, y), member(4, digest), member(4, encrypted)];
        const body = Buffer.concat(parts);
        const head = body.length < 128 ? [0x30, body.length] : [0x30, 0x81, body.length];
        return Buffer.concat([Buffer.from(head), body]);
      });
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.oneof(structure, anything), async (ciphertext) => {
        const refused = { refused: "rejected" };
        expect(await handlers.rsaDecrypt({ ...request, ciphertext })).toEqual(refused);
      }),
      { numRuns: 300 },
    );
  });

  test.each(["RSAES_OAEP_SHA_256", "SYMMETRIC_DEFAULT"])(
    "encrypts nothing by %s",
    async (other) => {
      const { material } = await newKey("ENCRYPT_DECRYPT");
      const request = { material, algorithm: other };
      const malformed = { refused: "malformed" };
      expect(await handlers.rsaEncrypt({ ...request, plaintext: message })).toEqual(malformed);
      expect(await handlers.rsaDecrypt({ ...request, ciphertext: message })).toEqual(malformed);
    },
  );

  test("is for no other key", async () => {
    const { material } = await bench.newKeyPair({ keySpec: "RSA_2048" });
    const malformed = { refused: "malformed" };
    const plaintext = message;
    expect(await handlers.rsaEncrypt({ material, algorithm, plaintext })).toEqual(malformed);
  });
});

describe.skipIf(hasNoBridge)("ECDH with SM2 keys", () => {
  test("agrees with the other side, by the x coordinate", async () => {
    const { material, publicKey } = await newKey("KEY_AGREEMENT");
    const other = await newKey("KEY_AGREEMENT");
    const sides = await Promise.all([
      derive(material, other.publicKey),
      derive(other.material, publicKey),
    ]);
    expect(sides[0]).toHaveLength(32);
    expect(sides[0]).toEqual(sides[1]);
  });

  test("of a known scalar and the base point is the public key's x coordinate", async () => {
    const { material, publicKey } = await newKey("KEY_AGREEMENT");
    const shared = await derive(material, basePoint());
    const spki = publicKey.export({ type: "spki", format: "der" });
    expect(shared).toEqual(spki.subarray(-64, -32));
  });

  test.each<[string, () => Buffer]>([
    ["a key on another curve", () => spkiOf("prime256v1")],
    ["a point that is not on the curve", () => withLastByteChanged(spkiOf("SM2"))],
    ["no key", () => Buffer.from("junk")],
  ])("rejects %s", async (_what, publicKey) => {
    const { material } = await newKey("KEY_AGREEMENT");
    const request = { material, publicKey: publicKey() };
    expect(await handlers.deriveSharedSecret(request)).toEqual({ refused: "rejected" });
  });
});

test("all use of an SM2 key is refused as unsupported when the bridge to OpenSSL is missing", async () => {
  const bare = await openVault({ directory: bench.directory, initialize: false });
  bare.handlers.createDomainKey({ number: 1 });
  const newBareKey = async (keyUsage: string) => {
    const facts = newFacts({ keySpec, keyUsage });
    const made = await bare.handlers.createKeyPair({ facts });
    if ("refused" in made) throw new Error("refused");
    return { facts, wrapped: Buffer.from(made.wrapped) };
  };
  const encryption = { material: await newBareKey("ENCRYPT_DECRYPT"), algorithm: "SM2PKE" };
  const agreement = { material: await newBareKey("KEY_AGREEMENT"), publicKey: basePoint() };
  const signing = { algorithm: "SM2DSA", messageType: "RAW", message };
  const material = await newBareKey("SIGN_VERIFY");
  const unsupported = { refused: "unsupported" };
  const { handlers: asked } = bare;
  expect(await asked.rsaEncrypt({ ...encryption, plaintext: message })).toEqual(unsupported);
  expect(await asked.rsaDecrypt({ ...encryption, ciphertext: message })).toEqual(unsupported);
  expect(await asked.deriveSharedSecret(agreement)).toEqual(unsupported);
  expect(await asked.sign({ ...signing, material })).toEqual(unsupported);
  bare.close();
});

test("an SM2 key is for no other usage", async () => {
  const facts = newFacts({ keySpec, keyUsage: "GENERATE_VERIFY_MAC" });
  expect(await handlers.createKeyPair({ facts })).toEqual({ refused: "malformed" });
});

async function derive(
  material: Awaited<ReturnType<typeof newKey>>["material"],
  peer: KeyObject | Buffer,
) {
  const publicKey = Buffer.isBuffer(peer) ? peer : peer.export({ type: "spki", format: "der" });
  return (await bench.askSlowly("deriveSharedSecret", { material, publicKey })).sharedSecret;
}

/** GB/T 32918.5, 2: times a scalar it is the public key of it. */
function basePoint(): Buffer {
  return Buffer.from(
    "3059301306072a8648ce3d020106082a811ccf5501822d03420004" +
      "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
      "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
    "hex",
  );
}

function spkiOf(namedCurve: string): Buffer {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve });
  return publicKey.export({ type: "spki", format: "der" });
}

function withLastByteChanged(bytes: Buffer): Buffer {
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}

function member(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
}
