/**
 * A customer brings keys of their own: made, wrapped and used beside the server by the
 * openssl command line, as the AWS KMS developer guide has it.
 */
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type AlgorithmSpec,
  CreateKeyCommand,
  type CreateKeyRequest,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type ImportKeyMaterialCommandInput,
  type KMSClient,
  SignCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrapFor } from "../customer.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const scratch = temporaryDirectory();
const dataDirectory = path.join(scratch, "data");
const secret = Buffer.from("correct horse battery staple");
let keyhaven: KeyhavenProcess;
let kms: KMSClient;
let made = 0;
/** A piece of each secret that was imported. */
const secrets: Buffer[] = [];

beforeAll(async () => {
  mkdirSync(dataDirectory, { mode: 0o700 });
  await start();
});
afterAll(async () => {
  kms?.destroy();
  await keyhaven?.stop();
  removeDirectory(scratch);
});

async function start(): Promise<void> {
  keyhaven = await startKeyhavenProcess({ dataDirectory });
  kms = keyhaven.client();
}

/** A file of the customer's. */
function file(name: string, bytes?: Uint8Array): string {
  made += 1;
  const full = path.join(scratch, `${made}-${name}`);
  if (bytes !== undefined) writeFileSync(full, bytes);
  return full;
}

function openssl(...commandLine: readonly string[]): string {
  // What it prints to standard error while it makes a key is of no interest.
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return execFileSync("openssl", commandLine, { encoding: "utf8", stdio: [...stdio] });
}

async function external(spec: CreateKeyRequest = {}): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: "EXTERNAL", ...spec }));
  return KeyMetadata?.KeyId ?? "";
}

/** Wraps the bytes of a file with openssl, and imports them. */
async function importFile(KeyId: string, material: string, algorithm: AlgorithmSpec) {
  const parameters = await kms.send(
    new GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm: algorithm,
      WrappingKeySpec: "RSA_4096",
    }),
  );
  secrets.push(secretPartOf(readFileSync(material)));
  const wrappingKey = file("wrapping-key.der", parameters.PublicKey);
  const EncryptedKeyMaterial = algorithm.startsWith("RSAES_OAEP")
    ? oaep(wrappingKey, material)
    : keyWrap(wrappingKey, material);
  return await kms.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial,
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }),
  );
}

/** Of a PKCS#8, bytes that are neither its header nor the public half at its end. */
function secretPartOf(material: Buffer): Buffer {
  return material.length === 32 ? material : material.subarray(-150, -102);
}

const oaepOptions = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].flatMap(
  (option) => ["-pkeyopt", option],
);

/** RSAES_OAEP_SHA_256. */
function oaep(wrappingKey: string, material: string): Buffer<ArrayBuffer> {
  const out = file("wrapped.bin");
  const key = ["-inkey", wrappingKey, "-keyform", "DER", "-pubin"];
  openssl("pkeyutl", "-encrypt", "-in", material, "-out", out, ...key, ...oaepOptions);
  return readFileSync(out);
}

/** RSA_AES_KEY_WRAP_SHA_256. */
function keyWrap(wrappingKey: string, material: string): Buffer<ArrayBuffer> {
  const aesKey = file("aes-key.bin");
  openssl("rand", "-out", aesKey, "32");
  const out = file("wrapped.bin");
  const K = readFileSync(aesKey).toString("hex");
  const cipher = ["-id-aes256-wrap-pad", "-K", K, "-iv", "A65959A6"];
  openssl("enc", ...cipher, "-in", material, "-out", out);
  return Buffer.concat([oaep(wrappingKey, aesKey), readFileSync(out)]);
}

/** A private key as PEM, and as the PKCS#8 that is imported. */
function newKey(...options: readonly string[]): { readonly pem: string; readonly der: string } {
  const pem = file("private.pem");
  const der = file("private.der");
  openssl("genpkey", ...options, "-out", pem);
  openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", pem, "-out", der);
  return { pem, der };
}

const rsaKey = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"];
const curveKey = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];

describe("a customer's own key", () => {
  test("of 32 bytes, wrapped with RSAES_OAEP_SHA_256, encrypts, and does so after kill -9", async () => {
    const KeyId = await external();
    const material = file("key.bin");
    openssl("rand", "-out", material, "32");
    const imported = await importFile(KeyId, material, "RSAES_OAEP_SHA_256");
    await keyhaven.kill();
    kms.destroy();
    await start();
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({
      KeyState: "Enabled",
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      CurrentKeyMaterialId: imported.KeyMaterialId,
    });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: secret }));
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? [])).toEqual(secret);

    // Gone for good here, though not for the customer: the same key opens everything again.
    await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    await keyhaven.kill();
    kms.destroy();
    await start();
    const attempt = kms.send(new DecryptCommand({ CiphertextBlob }));
    await expect(attempt).rejects.toMatchObject({ name: "KMSInvalidStateException" });
    const again = await importFile(KeyId, material, "RSAES_OAEP_SHA_256");
    expect(again.KeyMaterialId).toBe(imported.KeyMaterialId);
    const reopened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(reopened.Plaintext ?? [])).toEqual(secret);
  });

  test("of RSA, wrapped with RSA_AES_KEY_WRAP_SHA_256, encrypts what openssl decrypts with the same key", async () => {
    const KeyId = await external({ KeySpec: "RSA_3072", KeyUsage: "ENCRYPT_DECRYPT" });
    const { pem, der } = newKey(...rsaKey);
    await importFile(KeyId, der, "RSA_AES_KEY_WRAP_SHA_256");
    const EncryptionAlgorithm = "RSAES_OAEP_SHA_256" as const;
    const input = { KeyId, EncryptionAlgorithm, Plaintext: secret };
    const { CiphertextBlob } = await kms.send(new EncryptCommand(input));
    const ciphertext = file("ciphertext.bin", CiphertextBlob);
    const out = file("plaintext.bin");
    openssl("pkeyutl", "-decrypt", "-in", ciphertext, "-out", out, "-inkey", pem, ...oaepOptions);
    expect(readFileSync(out)).toEqual(secret);
  });

  test.each([
    ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_256", "-sha256", rsaKey],
    ["ECC_NIST_P384", "ECDSA_SHA_384", "-sha384", curveKey],
  ] as const)(
    "of %s, wrapped with RSA_AES_KEY_WRAP_SHA_256, signs with %s what openssl verifies",
    async (KeySpec, SigningAlgorithm, digest, options) => {
      const KeyId = await external({ KeySpec, KeyUsage: "SIGN_VERIFY" });
      const { pem, der } = newKey(...options);
      await importFile(KeyId, der, "RSA_AES_KEY_WRAP_SHA_256");
      const signing = { KeyId, Message: secret, SigningAlgorithm };
      const { Signature } = await kms.send(new SignCommand(signing));
      const signature = file("signature.bin", Signature);
      const message = file("message.txt", secret);
      const told = openssl("dgst", digest, "-prverify", pem, "-signature", signature, message);
      expect(told).toContain("Verified OK");
    },
  );

  test("is there or not as was last acknowledged, whenever the server was killed", async () => {
    const subjects = await Promise.all(Array.from({ length: 4 }, newSubject));
    for (let round = 0; round < 3; round += 1) {
      const calm = new AbortController();
      const working = subjects.map(async (subject) => await changeUntil(calm.signal, subject));
      await delay(randomInt(300, 900));
      await keyhaven.kill();
      calm.abort();
      await Promise.all(working);
      kms.destroy();
      await start();
      for (const subject of subjects) await requirePossible(subject);
    }
    expect(subjects.every(({ acknowledged }) => acknowledged > 2)).toBe(true);
  });

  test("is in no file of the server", () => {
    const names = readdirSync(dataDirectory, { recursive: true, encoding: "utf8" });
    const files = names.map((name) => path.join(dataDirectory, name));
    const contents = files
      .filter((name) => statSync(name).isFile())
      .map((name) => readFileSync(name));
    expect(secrets.length).toBeGreaterThan(3);
    for (const piece of secrets) {
      expect(contents.some((bytes) => bytes.includes(piece))).toBe(false);
    }
  });
});

/** A key that is imported and deleted in turn, and what is known of it. */
interface Subject {
  readonly KeyId: string;
  readonly ciphertext: Uint8Array;
  readonly importing: ImportKeyMaterialCommandInput;
  /** What its state may be: one, unless a call got no answer. */
  states: readonly string[];
  acknowledged: number;
}

async function newSubject(): Promise<Subject> {
  const KeyId = await external();
  const ways = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;
  const asked = await kms.send(new GetParametersForImportCommand({ KeyId, ...ways }));
  const { PublicKey = new Uint8Array(), ImportToken } = asked;
  const EncryptedKeyMaterial = wrapFor(PublicKey, ways.WrappingAlgorithm, randomBytes(32));
  const ExpirationModel = "KEY_MATERIAL_DOES_NOT_EXPIRE" as const;
  const importing = { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel };
  await kms.send(new ImportKeyMaterialCommand(importing));
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: secret }));
  const ciphertext = CiphertextBlob ?? new Uint8Array();
  return { KeyId, ciphertext, importing, states: ["Enabled"], acknowledged: 0 };
}

async function changeUntil(calm: AbortSignal, subject: Subject): Promise<void> {
  const { KeyId, importing } = subject;
  while (!calm.aborted) {
    const [before = ""] = subject.states;
    const after = before === "Enabled" ? "PendingImport" : "Enabled";
    subject.states = [before, after];
    try {
      if (after === "Enabled") await kms.send(new ImportKeyMaterialCommand(importing));
      else await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    } catch {
      return;
    }
    subject.states = [after];
    subject.acknowledged += 1;
  }
}

/** From now on it is known again, and what it encrypted once opens whenever it is enabled. */
async function requirePossible(subject: Subject): Promise<void> {
  const { KeyId, ciphertext, importing } = subject;
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  expect(subject.states).toContain(KeyMetadata?.KeyState);
  await kms.send(new ImportKeyMaterialCommand(importing));
  subject.states = ["Enabled"];
  const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob: ciphertext }));
  expect(Buffer.from(Plaintext ?? [])).toEqual(secret);
}
