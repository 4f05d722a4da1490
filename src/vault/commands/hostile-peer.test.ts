/** What an API process can ask that was taken over: no key leaves its spec and its usage. */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { socketPair } from "../../../test/socket-pair.ts";
import { newFacts, vaultBench } from "../../../test/vault-bench.ts";
import {
  commandCodecs,
  type SentKeyMaterial,
  type SentRequest,
} from "../../vault-protocol/command-codecs.ts";
import { doneStatus } from "../../vault-protocol/statuses.ts";
import type { VaultCommandName, WrappedKeyMaterial } from "../../vault-protocol/commands.ts";
import { FrameReader } from "../../vault-protocol/frames.ts";
import { FrameWriter } from "../../vault-protocol/frame-writer.ts";
import { signatureAlgorithms } from "../algorithms/signature-algorithms.ts";
import { serve } from "../serve.ts";

const bench = await vaultBench();
afterAll(() => bench.close());

/** As a peer may ask: any command, with anything. Says why it was refused, if it was. */
async function refusalOf(command: VaultCommandName, request: object): Promise<string | undefined> {
  const handler = bench.vault.handlers[command];
  const reply: unknown = await Reflect.apply(handler, undefined, [request]);
  if (typeof reply !== "object" || reply === null) throw new Error("that is no reply");
  return "refused" in reply ? String(reply.refused) : undefined;
}
const refused = ["rejected", "malformed"];
const encryptionContext = Buffer.alloc(4);
const message = Buffer.alloc(32, 7);

const uses = {
  symmetric: [
    "decrypt",
    "decryptForRecipient",
    "encrypt",
    "generateDataKey",
    "generateDataKeyForRecipient",
    "generateDataKeyPair",
    "generateDataKeyPairForRecipient",
    "generateDataKeyPairWithoutPlaintext",
    "generateDataKeyWithoutPlaintext",
    "reEncrypt from SYMMETRIC_DEFAULT",
    "reEncrypt to SYMMETRIC_DEFAULT",
  ],
  rsa: [
    "derivePublicKey",
    "reEncrypt from RSAES_OAEP_SHA_256",
    "reEncrypt to RSAES_OAEP_SHA_256",
    "rsaDecrypt",
    "rsaDecryptForRecipient",
    "rsaEncrypt",
  ],
  signing: ["derivePublicKey", "sign", "verify"],
  agreement: ["derivePublicKey", "deriveSharedSecret", "deriveSharedSecretForRecipient"],
  encapsulation: ["decapsulate", "derivePublicKey", "encapsulate"],
  mac: ["generateMac", "verifyMac"],
};
/** Every kind of key, and all that it may be used for. */
const kinds = [
  ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", uses.symmetric],
  ["RSA_2048", "ENCRYPT_DECRYPT", uses.rsa],
  ["RSA_2048", "SIGN_VERIFY", uses.signing],
  ["ECC_NIST_P256", "SIGN_VERIFY", uses.signing],
  ["ECC_NIST_P256", "KEY_AGREEMENT", uses.agreement],
  ["ECC_NIST_P384", "KEY_AGREEMENT", uses.agreement],
  ["ECC_NIST_P521", "SIGN_VERIFY", uses.signing],
  ["ECC_SECG_P256K1", "SIGN_VERIFY", uses.signing],
  ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY", uses.signing],
  ["ML_DSA_44", "SIGN_VERIFY", uses.signing],
  ["ML_KEM_512", "ENCAPSULATE_DECAPSULATE", uses.encapsulation],
  ["HMAC_224", "GENERATE_VERIFY_MAC", uses.mac],
  ["HMAC_512", "GENERATE_VERIFY_MAC", uses.mac],
] as const;

async function newMaterial(keySpec: string, keyUsage: string): Promise<WrappedKeyMaterial> {
  const isPair = keySpec !== "SYMMETRIC_DEFAULT" && !keySpec.startsWith("HMAC");
  if (isPair) return (await bench.newKeyPair({ keySpec, keyUsage })).material;
  return bench.newMaterial({ keySpec, keyUsage });
}

const materials = new Map<string, WrappedKeyMaterial>();
for (const [keySpec, keyUsage] of kinds) {
  materials.set(`${keySpec} ${keyUsage}`, await newMaterial(keySpec, keyUsage));
}

function materialOf(keySpec: string, keyUsage: string): WrappedKeyMaterial {
  const found = materials.get(`${keySpec} ${keyUsage}`);
  if (found === undefined) throw new Error("no such key");
  return found;
}

const symmetric = materialOf("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
const { ciphertextBlob } = bench.ask("encrypt", {
  material: symmetric,
  encryptionContext,
  plaintext: message,
});
const peerKey = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey;
const publicKey = peerKey.export({ type: "spki", format: "der" });
const { publicKey: recipientKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const recipientPublicKey = recipientKey.export({ type: "spki", format: "der" });
const macs = ["224", "256", "384", "512"].map((bits) => `HMAC_SHA_${bits}`);
const oaep = "RSAES_OAEP_SHA_256";

type Use = readonly [name: string, command: VaultCommandName, request: object];

/** Every way there is of using key material. */
function usesOf(material: SentKeyMaterial): Use[] {
  const bound = { material, encryptionContext };
  const signing = [...signatureAlgorithms.keys()].flatMap((algorithm): Use[] => {
    const request = { material, algorithm, messageType: "RAW", message };
    return [
      ["sign", "sign", request],
      ["verify", "verify", { ...request, signature: message }],
    ];
  });
  const authenticating = macs.flatMap((algorithm): Use[] => [
    ["generateMac", "generateMac", { material, algorithm, message }],
    ["verifyMac", "verifyMac", { material, algorithm, message, mac: message }],
  ]);
  const moving = ["SYMMETRIC_DEFAULT", oaep].flatMap((algorithm): Use[] => {
    const contexts = {
      sourceEncryptionContext: encryptionContext,
      destinationEncryptionContext: encryptionContext,
      ciphertextBlob,
    };
    const own = { source: material, sourceAlgorithm: algorithm };
    const from = { ...own, destination: symmetric, destinationAlgorithm: "SYMMETRIC_DEFAULT" };
    const source = { source: symmetric, sourceAlgorithm: "SYMMETRIC_DEFAULT" };
    const to = { ...source, destination: material, destinationAlgorithm: algorithm };
    return [
      [`reEncrypt from ${algorithm}`, "reEncrypt", { ...contexts, ...from }],
      [`reEncrypt to ${algorithm}`, "reEncrypt", { ...contexts, ...to }],
    ];
  });
  const pair = { ...bound, keyPairSpec: "ECC_NIST_P256" };
  const forRecipient = (
    [
      ["decrypt", { ...bound, ciphertextBlob }],
      ["rsaDecrypt", { material, algorithm: oaep, ciphertext: message }],
      ["deriveSharedSecret", { material, publicKey }],
      ["generateDataKey", { ...bound, lengthBytes: 32 }],
      ["generateDataKeyPair", pair],
    ] as const
  ).map(([name, request]): Use => {
    const command = `${name}ForRecipient` as const;
    return [command, command, { ...request, recipientPublicKey }];
  });
  return [
    ...forRecipient,
    ...signing,
    ...authenticating,
    ...moving,
    ["encrypt", "encrypt", { ...bound, plaintext: message }],
    ["decrypt", "decrypt", { ...bound, ciphertextBlob }],
    ["generateDataKey", "generateDataKey", { ...bound, lengthBytes: 32 }],
    [
      "generateDataKeyWithoutPlaintext",
      "generateDataKeyWithoutPlaintext",
      { ...bound, lengthBytes: 32 },
    ],
    ["generateDataKeyPair", "generateDataKeyPair", pair],
    ["generateDataKeyPairWithoutPlaintext", "generateDataKeyPairWithoutPlaintext", pair],
    ["rsaEncrypt", "rsaEncrypt", { material, algorithm: oaep, plaintext: message }],
    ["rsaDecrypt", "rsaDecrypt", { material, algorithm: oaep, ciphertext: message }],
    ["deriveSharedSecret", "deriveSharedSecret", { material, publicKey }],
    ["encapsulate", "encapsulate", { material }],
    ["decapsulate", "decapsulate", { material, ciphertext: message }],
    ["derivePublicKey", "derivePublicKey", { material }],
  ];
}

/** What the vault does with key material, or judges with it: all that it does not refuse as such. */
async function usedFor(material: SentKeyMaterial): Promise<string[]> {
  const done = new Set<string>();
  for (const [name, command, request] of usesOf(material)) {
    const refusal = await refusalOf(command, request);
    if (refusal !== "malformed" && refusal !== "material-required") done.add(name);
  }
  return [...done].toSorted();
}

describe.each(kinds)("key material of %s for %s", (keySpec, keyUsage, expected) => {
  test("is used for nothing else, whichever command asks, in full or by its reference", async () => {
    const material = materialOf(keySpec, keyUsage);
    expect(await usedFor(material)).toEqual(expected);
    expect(await usedFor({ reference: material.facts.reference })).toEqual(expected);
  });

  test("is not taken for material of any other kind, whether or not the vault holds it", async () => {
    const { facts, wrapped } = materialOf(keySpec, keyUsage);
    for (const [otherSpec, otherUsage] of kinds) {
      if (otherSpec === keySpec && otherUsage === keyUsage) continue;
      const claimed = { ...facts, keySpec: otherSpec, keyUsage: otherUsage };
      for (const isHeld of [true, false]) {
        if (isHeld) await usedFor({ facts, wrapped });
        else bench.ask("forgetKeyMaterial", { reference: facts.reference });
        for (const [, command, request] of usesOf({ facts: claimed, wrapped })) {
          expect(refused).toContain(await refusalOf(command, request));
        }
      }
    }
  });
});

const signer = materialOf("ECC_NIST_P256", "SIGN_VERIFY");
const agreeing = materialOf("ECC_NIST_P256", "KEY_AGREEMENT");
const macKey = materialOf("HMAC_224", "GENERATE_VERIFY_MAC");
const kem = materialOf("ML_KEM_512", "ENCAPSULATE_DECAPSULATE");
const rsa = materialOf("RSA_2048", "ENCRYPT_DECRYPT");
const secretFacts = { accountId: "111122223333", accessKeyId: "AKIDEXAMPLE" };
const secret = Buffer.from(bench.ask("createSecretAccessKey", { facts: secretFacts }).wrapped);
const importFacts = {
  accountId: "111122223333",
  keyId: newFacts().keyId,
  importId: randomBytes(16),
};
const importKey = await bench.askSlowly("createImportKey", {
  facts: importFacts,
  wrappingKeySpec: "RSA_2048",
});
const tokenFacts = { purpose: "marker", associatedData: message };
const { keyMaterialId: _, ...importedFacts } = newFacts({
  keyId: importFacts.keyId,
  origin: "EXTERNAL",
});

/** One request of each command that the vault understands. */
const sound: { readonly [Name in VaultCommandName]: SentRequest<Name> } = {
  describe: {},
  createDomainKey: { number: 2 },
  openDomainKeys: { domainKeys: [{ number: 2, wrapped: message }] },
  createKeyMaterial: { facts: newFacts() },
  createKeyPair: { facts: newFacts({ keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" }) },
  derivePublicKey: { material: signer },
  forgetKeyMaterial: { reference: Buffer.alloc(16) },
  encrypt: { material: symmetric, encryptionContext, plaintext: message },
  decrypt: { material: symmetric, encryptionContext, ciphertextBlob },
  reEncrypt: {
    source: symmetric,
    sourceAlgorithm: "SYMMETRIC_DEFAULT",
    sourceEncryptionContext: encryptionContext,
    ciphertextBlob,
    destination: rsa,
    destinationAlgorithm: oaep,
    destinationEncryptionContext: encryptionContext,
  },
  rsaEncrypt: { material: rsa, algorithm: oaep, plaintext: message },
  rsaDecrypt: { material: rsa, algorithm: oaep, ciphertext: Buffer.alloc(256, 1) },
  sign: { material: signer, algorithm: "ECDSA_SHA_256", messageType: "RAW", message },
  verify: {
    material: signer,
    algorithm: "ECDSA_SHA_256",
    messageType: "DIGEST",
    message,
    signature: message,
  },
  generateMac: { material: macKey, algorithm: "HMAC_SHA_224", message },
  verifyMac: { material: macKey, algorithm: "HMAC_SHA_224", message, mac: message },
  deriveSharedSecret: { material: agreeing, publicKey },
  encapsulate: { material: kem },
  decapsulate: { material: kem, ciphertext: Buffer.alloc(768, 1) },
  generateDataKeyPair: { material: symmetric, encryptionContext, keyPairSpec: "ECC_NIST_P256" },
  generateDataKeyPairWithoutPlaintext: {
    material: symmetric,
    encryptionContext,
    keyPairSpec: "ML_KEM_512",
  },
  createImportKey: { facts: importFacts, wrappingKeySpec: "RSA_2048" },
  importKeyMaterial: {
    importKey: { facts: importFacts, wrapped: Buffer.from(importKey.wrapped) },
    wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    encryptedKeyMaterial: Buffer.alloc(256, 1),
    facts: importedFacts,
  },
  vouchForPublicKey: {
    keyId: importFacts.keyId,
    keyMaterialId: newFacts().keyMaterialId,
    publicKey,
  },
  generateDataKey: { material: symmetric, encryptionContext, lengthBytes: 32 },
  generateDataKeyWithoutPlaintext: { material: symmetric, encryptionContext, lengthBytes: 32 },
  generateRandom: { lengthBytes: 32 },
  createSecretAccessKey: { facts: secretFacts },
  deriveSigningKey: {
    facts: secretFacts,
    wrapped: secret,
    date: "20260301",
    region: "us-east-1",
    service: "kms",
  },
  sealToken: { ...tokenFacts, body: message },
  openToken: { ...tokenFacts, token: message },
  decryptForRecipient: {
    material: symmetric,
    encryptionContext,
    ciphertextBlob,
    recipientPublicKey,
  },
  rsaDecryptForRecipient: {
    material: rsa,
    algorithm: oaep,
    ciphertext: Buffer.alloc(256, 1),
    recipientPublicKey,
  },
  deriveSharedSecretForRecipient: { material: agreeing, publicKey, recipientPublicKey },
  generateDataKeyForRecipient: {
    material: symmetric,
    encryptionContext,
    lengthBytes: 32,
    recipientPublicKey,
  },
  generateDataKeyPairForRecipient: {
    material: symmetric,
    encryptionContext,
    keyPairSpec: "ECC_NIST_P256",
    recipientPublicKey,
  },
  generateRandomForRecipient: { lengthBytes: 32, recipientPublicKey },
};

const isCommand = (name: string): name is VaultCommandName => name in sound;
const commands = Object.keys(sound).filter(isCommand);
const inherited = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", ""];
/** Words of the peer's own, which stand for nothing here. */
const freeWords = new Set(["accessKeyId", "date", "region", "service", "purpose"]);

/** The request once for each of its words, with that word replaced. */
function* withOtherWord(request: object, word: string): Generator<object> {
  for (const [name, value] of Object.entries<unknown>({ ...request })) {
    if (typeof value === "string" && !freeWords.has(name)) yield { ...request, [name]: word };
    const hasParts = typeof value === "object" && !(value instanceof Uint8Array);
    if (!hasParts || value === null || Array.isArray(value)) continue;
    for (const other of withOtherWord(value, word)) yield { ...request, [name]: other };
  }
}

test.each(commands)("%s takes no name that objects are born with", async (command) => {
  for (const word of inherited) {
    for (const request of withOtherWord(sound[command], word)) {
      expect(refused).toContain(await refusalOf(command, request));
    }
  }
});

function frameOf<Name extends VaultCommandName>(command: Name, asked: SentRequest<Name>): Buffer {
  const out = new FrameWriter();
  const { opcode, request } = commandCodecs[command];
  out.frame(opcode, opcode, () => request.write(out, asked));
  return Buffer.from(out.take());
}

describe("a vault that is sent mutations of every command", () => {
  /** Domain keys are left alone, so that what follows is understood; primes take their time. */
  const frames = commands
    .filter(
      (command) => !["createDomainKey", "openDomainKeys", "createImportKey"].includes(command),
    )
    .map((command) => frameOf(command, sound[command]));

  test("answers each of 6,000, and goes on", async () => {
    const [socket, theirs] = socketPair();
    serve(theirs, bench.vault.handlers);
    const statuses = new Map<number, number>();
    let replies = 0;
    const reader = new FrameReader(
      (status) => {
        replies += 1;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      },
      { copies: true },
    );
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    for (let seed = 0; seed < 6_000; seed++) {
      const random = createHash("sha512").update(`mutation ${seed}`).digest();
      const changed = Buffer.from(frames[seed % frames.length] ?? []);
      // One to three bytes past the framing.
      for (let at = 0; at <= (random[0] ?? 0) % 3; at++) {
        const place = 10 + (random.readUInt32BE(4 + 8 * at) % Math.max(1, changed.length - 10));
        if (place < changed.length) changed[place] = random[8 + 8 * at] ?? 0;
      }
      socket.write(changed);
      if (seed % 50 === 0) await turn();
    }
    await expect.poll(() => replies, { timeout: 15_000 }).toBe(6_000);
    expect(statuses.get(doneStatus)).toBeGreaterThan(500);
    expect(statuses.get(4)).toBeGreaterThan(500);
    // "failed" would be a defect that a peer can cause.
    expect(statuses.get(8)).toBeUndefined();
    for (const command of ["encrypt", "sign", "generateMac", "encapsulate"] as const) {
      expect(await refusalOf(command, sound[command])).toBeUndefined();
    }
  });
});
