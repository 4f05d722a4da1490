/** What stays in the memory of the vault's process of keys that it has let go. */
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, type TestContext, test } from "vitest";
import { connectVault } from "../../src/kms/vault-client.ts";
import { movedToOwnBuffer } from "../../src/kms/vault-socket.ts";
import { startVault } from "../../src/launcher/start-vault.ts";
import { askVault, askVaultToOpen } from "../../src/kms/vault.ts";
import type { WrappedImportKey, WrappedKeyMaterial } from "../../src/vault-protocol/commands.ts";
import { newPrivateKey, pkcs8, publicKeyIn, wrapFor } from "../customer.ts";
import { memoryOf } from "../process-memory.ts";

const temporary = mkdtempSync(path.join(tmpdir(), "keyhaven-memory-"));
const directory = path.join(temporary, "vault");
const { socket, process: vaultProcess } = startVault({ directory, initialize: true });
const vault = connectVault();
vault.attach(movedToOwnBuffer(socket));
afterAll(() => {
  vault.close();
  rmSync(temporary, { recursive: true });
});

/** Bytes that only a key has, by what they are. */
const secrets = new Map<string, Buffer>();
const message = randomBytes(32);
const encryptionContext = Buffer.alloc(4);
const accountId = "111122223333";
const keyId = randomUUID();

/** Numbers lie in OpenSSL's memory with the lowest byte first. */
function remember(what: string, bytes: Buffer): void {
  const name = `${what} ${secrets.size}`;
  secrets.set(name, bytes);
  secrets.set(`${name}, lowest byte first`, Buffer.from(bytes.toReversed()));
}

function numberOf(key: KeyObject, name: "d" | "p"): Buffer {
  return Buffer.from(String(key.export({ format: "jwk" })[name]), "base64url");
}

/** The names of those secrets of which one half or the other is found. */
function found(wanted: ReadonlyMap<string, Buffer>, context: TestContext): string[] {
  const names = new Set<string>();
  for (const bytes of memoryOf(vaultProcess.pid ?? 0, context)) {
    for (const [name, secret] of wanted) {
      const middle = secret.length / 2;
      const halves = [secret.subarray(0, middle), secret.subarray(middle)];
      if (halves.some((half) => bytes.includes(half))) names.add(name);
    }
  }
  return [...names];
}

interface ImportKey {
  readonly importKey: WrappedImportKey;
  readonly publicKey: KeyObject;
}

async function newImportKey(): Promise<ImportKey> {
  const facts = { accountId, keyId, importId: randomBytes(16) };
  const made = await askVault(vault, "createImportKey", { facts, wrappingKeySpec: "RSA_2048" });
  const publicKey = publicKeyIn(made.publicKey);
  return { importKey: { facts, wrapped: made.wrapped }, publicKey };
}

async function importKey(
  { importKey: wrapping, publicKey }: ImportKey,
  [keySpec, keyUsage]: readonly [string, string],
  material: Buffer,
): Promise<WrappedKeyMaterial> {
  const wrappingAlgorithm = "RSA_AES_KEY_WRAP_SHA_256";
  const origin = "EXTERNAL";
  const facts = { accountId, keyId, keySpec, keyUsage, origin, multiRegion: false, createdAtMs: 1 };
  const withReference = { ...facts, reference: randomBytes(16) };
  const { keyMaterialId, wrapped } = await askVault(vault, "importKeyMaterial", {
    importKey: wrapping,
    wrappingAlgorithm,
    encryptedKeyMaterial: wrapFor(publicKey, wrappingAlgorithm, material),
    facts: withReference,
  });
  return { facts: { ...withReference, keyMaterialId }, wrapped };
}

/** Imports keys of each kind, so that the test knows their bytes, and has the vault use them. */
async function useImportedKeys(): Promise<WrappedKeyMaterial[]> {
  const wrapping = await newImportKey();
  const ec = newPrivateKey("ECC_NIST_P256");
  const rsa = newPrivateKey("RSA_2048");
  const [hmac, symmetric] = [randomBytes(32), randomBytes(32)];
  remember("elliptic curve key", numberOf(ec, "d"));
  remember("RSA key", numberOf(rsa, "p"));
  remember("HMAC key", hmac);
  remember("symmetric key", symmetric);
  const signing = await importKey(wrapping, ["ECC_NIST_P256", "SIGN_VERIFY"], pkcs8(ec));
  const signingRsa = await importKey(wrapping, ["RSA_2048", "SIGN_VERIFY"], pkcs8(rsa));
  const mac = await importKey(wrapping, ["HMAC_256", "GENERATE_VERIFY_MAC"], hmac);
  const encrypting = await importKey(wrapping, ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"], symmetric);
  const raw = { messageType: "RAW", message };
  const pss = { algorithm: "RSASSA_PSS_SHA_256", message };
  await askVault(vault, "sign", { material: signing, algorithm: "ECDSA_SHA_256", ...raw });
  await askVault(vault, "sign", { material: signingRsa, ...pss, messageType: "RAW" });
  await askVault(vault, "sign", { material: signingRsa, ...pss, messageType: "DIGEST" });
  await askVault(vault, "generateMac", { material: mac, algorithm: "HMAC_SHA_256", message });
  await makeDataKeys(encrypting);
  return [signing, signingRsa, mac, encrypting];
}

/** SM2 keys cannot be imported: what the test knows is what they decrypt and agree on. */
async function useSm2Keys(): Promise<WrappedKeyMaterial[]> {
  const encrypting = await newSm2Key("ENCRYPT_DECRYPT");
  const plaintext = randomBytes(48);
  remember("SM2 plaintext", plaintext);
  const request = { material: encrypting, algorithm: "SM2PKE" };
  const { ciphertext } = await askVault(vault, "rsaEncrypt", { ...request, plaintext });
  const opened = await askVaultToOpen(vault, "rsaDecrypt", { ...request, ciphertext });
  expect(Buffer.from(opened?.plaintext ?? [])).toEqual(plaintext);
  const agreeing = await newSm2Key("KEY_AGREEMENT");
  const { publicKey: peer } = generateKeyPairSync("ec", { namedCurve: "SM2" });
  const publicKey = peer.export({ type: "spki", format: "der" });
  const agreed = await askVaultToOpen(vault, "deriveSharedSecret", {
    material: agreeing,
    publicKey,
  });
  remember("SM2 shared secret", Buffer.from(agreed?.sharedSecret ?? []));
  return [encrypting, agreeing];
}

async function newSm2Key(keyUsage: string): Promise<WrappedKeyMaterial> {
  const facts = {
    accountId,
    keyId,
    keySpec: "SM2",
    keyUsage,
    origin: "AWS_KMS",
    multiRegion: false,
    createdAtMs: 1,
    reference: randomBytes(16),
    keyMaterialId: randomBytes(32).toString("hex"),
  };
  const { wrapped } = await askVault(vault, "createKeyPair", { facts });
  return { facts, wrapped };
}

async function forget(materials: readonly WrappedKeyMaterial[]): Promise<void> {
  for (const { facts } of materials) {
    await askVault(vault, "forgetKeyMaterial", { reference: facts.reference });
  }
}

async function makeDataKeys(material: WrappedKeyMaterial): Promise<void> {
  const bound = { material, encryptionContext };
  const { plaintext, ciphertextBlob } = await askVault(vault, "generateDataKey", {
    ...bound,
    lengthBytes: 32,
  });
  remember("data key", Buffer.from(plaintext));
  await askVault(vault, "decrypt", { ...bound, ciphertextBlob });
  const pair = await askVault(vault, "generateDataKeyPair", {
    ...bound,
    keyPairSpec: "ECC_NIST_P256",
  });
  const key = Buffer.from(pair.privateKey);
  remember("data key pair", numberOf(createPrivateKey({ key, type: "pkcs8", format: "der" }), "d"));
}

describe.skipIf(process.platform !== "linux")("the memory of the vault", () => {
  test("holds keys in use, and no byte of them once they were let go", async (context) => {
    await askVault(vault, "createDomainKey", { number: 1 });
    const materials = [];
    for (let n = 0; n < 8; n += 1) {
      materials.push(...(await useImportedKeys()), ...(await useSm2Keys()));
    }
    remember("message", message);
    secrets.set("key file", readFileSync(path.join(directory, "root.key")));
    const known = new Map(secrets);
    expect(found(known, context)).toContain("elliptic curve key 0, lowest byte first");
    await forget(materials);
    // No other key comes to where they were: what is freed is overwritten as it is freed.
    await expect
      .poll(() => found(known, context), { timeout: 60_000, interval: 1_000 })
      .toEqual([]);
  });
});
