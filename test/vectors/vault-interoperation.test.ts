/**
 * The vault and other implementations, where they are installed: what one makes, the other
 * takes. The openssl command line, and the cryptography package of Python.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, createPublicKey, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { newFacts, vaultBench } from "../vault-bench.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const python = ["-c", "import cryptography.hazmat.primitives.asymmetric.ec"];
const hasPython = spawnSync("python3", python).status === 0;

const bench = await vaultBench();
const directory = mkdtempSync(path.join(os.tmpdir(), "keyhaven-interoperation-"));
afterAll(() => {
  bench.close();
  rmSync(directory, { recursive: true });
});

const at = (name: string): string => path.join(directory, name);

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

function openssl(...parameters: string[]): Buffer {
  return execFileSync("openssl", parameters, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
}

function succeeds(...parameters: string[]): boolean {
  return spawnSync("openssl", parameters, { cwd: directory }).status === 0;
}

const message = Buffer.from("a message for someone else");

async function newSigner(keySpec: string) {
  const key = await bench.newKeyPair({ keySpec, keyUsage: "SIGN_VERIFY" });
  const pem = key.publicKey.export({ type: "spki", format: "pem" });
  writeFileSync(at("public.pem"), pem);
  return key;
}

const pssOptions = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
const hashed = [
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", []],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_384", []],
  ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_512", []],
  ["RSA_2048", "RSASSA_PSS_SHA_256", pssOptions],
  ["RSA_3072", "RSASSA_PSS_SHA_384", pssOptions],
  ["RSA_4096", "RSASSA_PSS_SHA_512", pssOptions],
  ["ECC_NIST_P256", "ECDSA_SHA_256", []],
  ["ECC_NIST_P384", "ECDSA_SHA_384", []],
  ["ECC_NIST_P521", "ECDSA_SHA_512", []],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256", []],
] as const;

describe.skipIf(!hasOpenssl)("the openssl command line, if it is installed", () => {
  test.each(hashed)(
    "verifies signatures by %s with %s, of messages and of digests",
    async (keySpec, algorithm, options) => {
      const { material } = await newSigner(keySpec);
      const hash = `sha${algorithm.slice(-3)}`;
      const digest = createHash(hash).update(message).digest();
      file("message", message);
      for (const [messageType, bytes] of [
        ["RAW", message],
        ["DIGEST", digest],
      ] as const) {
        const request = { material, algorithm, messageType, message: bytes };
        const { signature } = await bench.askSlowly("sign", request);
        file("signature", signature);
        const check = ["dgst", `-${hash}`, "-verify", "public.pem", "-signature", "signature"];
        expect(succeeds(...check, ...options, "message")).toBe(true);
        const changed = Buffer.from(signature);
        const last = changed.length - 1;
        changed[last] = (changed[last] ?? 0) ^ 1;
        file("signature", changed);
        expect(succeeds(...check, ...options, "message")).toBe(false);
      }
    },
  );

  test("verifies signatures by Ed25519", async () => {
    const { material } = await newSigner("ECC_NIST_EDWARDS25519");
    const request = { material, algorithm: "ED25519_SHA_512", messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    file("message", message);
    file("signature", signature);
    const check = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem"];
    expect(succeeds(...check, "-in", "message", "-sigfile", "signature")).toBe(true);
    file("message", Buffer.from("another"));
    expect(succeeds(...check, "-in", "message", "-sigfile", "signature")).toBe(false);
  });

  test.each([
    ["RSAES_OAEP_SHA_1", "sha1"],
    ["RSAES_OAEP_SHA_256", "sha256"],
  ])("encrypts with %s what the vault decrypts", async (algorithm, hash) => {
    const facts = { keySpec: "RSA_2048", keyUsage: "ENCRYPT_DECRYPT" };
    const { material, publicKey } = await bench.newKeyPair(facts);
    writeFileSync(at("public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    file("message", message);
    const ciphertext = openssl(
      "pkeyutl",
      "-encrypt",
      "-pubin",
      "-inkey",
      "public.pem",
      "-in",
      "message",
      ...oaepOptions(hash),
    );
    const opened = await bench.askSlowly("rsaDecrypt", { material, algorithm, ciphertext });
    expect(opened.plaintext).toEqual(message);
  });

  test("derives the shared secret that the vault derives", async () => {
    const facts = { keySpec: "ECC_NIST_P384", keyUsage: "KEY_AGREEMENT" };
    const { material, publicKey } = await bench.newKeyPair(facts);
    writeFileSync(at("public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    openssl(
      "genpkey",
      "-algorithm",
      "EC",
      "-pkeyopt",
      "ec_paramgen_curve:P-384",
      "-out",
      "own.pem",
    );
    const own = openssl("pkey", "-in", "own.pem", "-pubout", "-outform", "der");
    const theirs = openssl("pkeyutl", "-derive", "-inkey", "own.pem", "-peerkey", "public.pem");
    const request = { material, publicKey: own };
    expect((await bench.askSlowly("deriveSharedSecret", request)).sharedSecret).toEqual(theirs);
  });

  test("wraps key material for import in both ways of the documentation", async () => {
    const material = randomBytes(32);
    expect(await importWrapped(material, "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256")).toHaveProperty(
      "keyMaterialId",
    );
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.pem");
    const key = openssl("pkcs8", "-topk8", "-nocrypt", "-in", "ec.pem", "-outform", "der");
    const imported = await importWrapped(key, "ECC_NIST_P256", "RSA_AES_KEY_WRAP_SHA_256");
    const expected = openssl("pkey", "-in", "ec.pem", "-pubout", "-outform", "der");
    expect(imported).toHaveProperty("publicKey", expected);
    const rsa = openssl(
      "genpkey",
      "-algorithm",
      "RSA",
      "-pkeyopt",
      "rsa_keygen_bits:2048",
      "-outform",
      "der",
    );
    file("rsa.der", rsa);
    const pkcs8 = openssl(
      "pkcs8",
      "-topk8",
      "-nocrypt",
      "-in",
      "rsa.der",
      "-inform",
      "der",
      "-outform",
      "der",
    );
    expect(await importWrapped(pkcs8, "RSA_2048", "RSA_AES_KEY_WRAP_SHA_1")).toHaveProperty(
      "publicKey",
    );
  });

  test("makes keys that may not be imported, though OpenSSL itself reads them", async () => {
    const curve = ["ecparam", "-name", "prime256v1", "-genkey", "-noout"];
    openssl(...curve, "-param_enc", "explicit", "-out", "explicit.pem");
    openssl("genrsa", "-primes", "3", "-out", "three.pem", "2048");
    for (const [name, keySpec] of [
      ["explicit.pem", "ECC_NIST_P256"],
      ["three.pem", "RSA_2048"],
    ] as const) {
      const key = openssl("pkcs8", "-topk8", "-nocrypt", "-in", name, "-outform", "der");
      const reply = await importWrapped(key, keySpec, "RSA_AES_KEY_WRAP_SHA_256");
      expect({ name, reply }).toEqual({ name, reply: { refused: "wrong-material" } });
    }
  });
});

function oaepOptions(hash: string): string[] {
  const options = ["rsa_padding_mode:oaep", `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`];
  return options.flatMap((option) => ["-pkeyopt", option]);
}

/** The steps of "Encrypt your key material with OpenSSL" in the AWS KMS developer guide. */
async function importWrapped(material: Buffer, keySpec: string, wrappingAlgorithm: string) {
  const hash = wrappingAlgorithm.endsWith("SHA_1") ? "sha1" : "sha256";
  const facts = { accountId: "111122223333", keyId: randomUUID(), importId: randomBytes(16) };
  const wrappingKeySpec = "RSA_3072";
  const { publicKey, wrapped } = await bench.askSlowly("createImportKey", {
    facts,
    wrappingKeySpec,
  });
  const key = createPublicKey({ key: Buffer.from(publicKey), type: "spki", format: "der" });
  writeFileSync(at("wrapping.pem"), key.export({ type: "spki", format: "pem" }));
  const encrypt = (name: string): Buffer =>
    openssl(
      "pkeyutl",
      "-encrypt",
      "-pubin",
      "-inkey",
      "wrapping.pem",
      "-in",
      name,
      ...oaepOptions(hash),
    );
  file("material", material);
  let encryptedKeyMaterial: Buffer;
  if (wrappingAlgorithm.startsWith("RSAES")) encryptedKeyMaterial = encrypt("material");
  else {
    const aesKey = randomBytes(32);
    file("aes", aesKey);
    openssl(
      "enc",
      "-id-aes256-wrap-pad",
      "-K",
      aesKey.toString("hex"),
      "-iv",
      "A65959A6",
      "-in",
      "material",
      "-out",
      "under-aes",
    );
    encryptedKeyMaterial = Buffer.concat([encrypt("aes"), readFileSync(at("under-aes"))]);
  }
  const keyUsage = keySpec === "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";
  const { keyMaterialId: _, ...imported } = newFacts({
    keyId: facts.keyId,
    keySpec,
    keyUsage,
    origin: "EXTERNAL",
  });
  return await bench.vault.handlers.importKeyMaterial({
    importKey: { facts, wrapped: Buffer.from(wrapped) },
    wrappingAlgorithm,
    encryptedKeyMaterial,
    facts: imported,
  });
}

const script = `
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
public, message, signature, algorithm, out = sys.argv[1:]
read = lambda name: open(name, "rb").read()
key = serialization.load_pem_public_key(read(public))
if algorithm == "encrypt":
    mgf = padding.MGF1(hashes.SHA256())
    oaep = padding.OAEP(mgf=mgf, algorithm=hashes.SHA256(), label=None)
    open(out, "wb").write(key.encrypt(read(message), oaep))
    sys.exit(0)
hash = getattr(hashes, "SHA" + algorithm[-3:])()
if algorithm.startswith("ECDSA"):
    key.verify(read(signature), read(message), ec.ECDSA(hash))
elif algorithm.startswith("ED25519"):
    key.verify(read(signature), read(message))
elif "PSS" in algorithm:
    pss = padding.PSS(mgf=padding.MGF1(hash), salt_length=hash.digest_size)
    key.verify(read(signature), read(message), pss, hash)
else:
    key.verify(read(signature), read(message), padding.PKCS1v15(), hash)
`;

function askPython(algorithm: string): number | null {
  const names = ["public.pem", "message", "signature"].map(at);
  return spawnSync("python3", ["-c", script, ...names, algorithm, at("out")]).status;
}

describe.skipIf(!hasPython)("the cryptography package of Python, if it is installed", () => {
  test.each([
    ["RSA_2048", "RSASSA_PSS_SHA_256"],
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"],
    ["ECC_NIST_P521", "ECDSA_SHA_512"],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
    ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512"],
  ])("verifies signatures by %s with %s", async (keySpec, algorithm) => {
    const { material } = await newSigner(keySpec);
    const request = { material, algorithm, messageType: "RAW", message };
    const { signature } = await bench.askSlowly("sign", request);
    file("message", message);
    file("signature", signature);
    expect(askPython(algorithm)).toBe(0);
    file("message", Buffer.from("another"));
    expect(askPython(algorithm)).not.toBe(0);
  });

  test("encrypts with RSA-OAEP what the vault decrypts", async () => {
    const facts = { keySpec: "RSA_3072", keyUsage: "ENCRYPT_DECRYPT" };
    const { material, publicKey } = await bench.newKeyPair(facts);
    writeFileSync(at("public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    file("message", message);
    expect(askPython("encrypt")).toBe(0);
    const algorithm = "RSAES_OAEP_SHA_256";
    const ciphertext = readFileSync(at("out"));
    const opened = await bench.askSlowly("rsaDecrypt", { material, algorithm, ciphertext });
    expect(opened.plaintext).toEqual(message);
  });
});
