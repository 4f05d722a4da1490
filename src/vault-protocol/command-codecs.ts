/** How each command of the vault stands in frames. An opcode, once given, keeps its meaning. */
import type {
  Enveloped,
  ForRecipient,
  ImportKeyFacts,
  KeyMaterialFacts,
  Nothing,
  SecretAccessKeyFacts,
  VaultCommandName,
  VaultReply,
  VaultRequest,
  WrappedDomainKey,
  WrappedImportKey,
  WrappedKeyMaterial,
} from "./commands.ts";
import { type Field, bytes, flag, joined, list, record, secret, text, u32, u64 } from "./fields.ts";
import { Malformed } from "./malformed.ts";

/** Key material in full, or named by its reference where the vault holds it already. */
export type SentKeyMaterial = WrappedKeyMaterial | { readonly reference: Uint8Array };

/** A request as the vault receives it. */
export type SentRequest<Name extends VaultCommandName> =
  | VaultRequest<Name>
  | {
      [Member in keyof VaultRequest<Name>]: VaultRequest<Name>[Member] extends WrappedKeyMaterial
        ? SentKeyMaterial
        : VaultRequest<Name>[Member];
    };

/** Sizes that a frame allows, in bytes. Two of everything must fit into one frame. */
export const limits = {
  plaintext: 4_096,
  ciphertextBlob: 6_144,
  /** Of messages to sign, signatures, MACs and public keys. */
  message: 8_192,
  /** Of the canonical bytes; the JSON form of an encryption context has at most 8,192. */
  encryptionContext: 24_576,
  generatedBytes: 1_024,
  wrapped: 4_096,
  token: 4_096,
  secretAccessKey: 128,
  domainKeys: 400,
  recipientPublicKey: 1_024,
  /** Of a plaintext as long as a ciphertext blob may be. */
  envelope: 8_192,
} as const;

const referenceBytes = 16;
const tokenOverheadBytes = 256;

const wrapped = bytes(limits.wrapped);
const encryptionContext = bytes(limits.encryptionContext);
const plaintext = secret(limits.plaintext);
const ciphertextBlob = bytes(limits.ciphertextBlob);
const nothing = record<Nothing>({});
const algorithm = text(64);
const message = bytes(limits.message);
const privateKey = secret(limits.ciphertextBlob);
const sharedSecret = secret(128);

const reference: Field<Uint8Array> = {
  write(out, value) {
    if (value.length !== referenceBytes) throw new Malformed("reference of a wrong length");
    out.bytes(value, referenceBytes);
  },
  read(input) {
    const value = input.bytes(referenceBytes);
    if (value.length !== referenceBytes) throw new Malformed("reference of a wrong length");
    return value;
  },
};

const keyFacts = {
  reference,
  accountId: text(64),
  keyId: text(64),
};
const kindFacts = {
  keySpec: text(64),
  keyUsage: text(64),
  origin: text(64),
  multiRegion: flag,
  createdAtMs: u64,
};
const keyMaterialFacts = record<KeyMaterialFacts>({
  ...keyFacts,
  keyMaterialId: text(64),
  ...kindFacts,
});

const wrappedKeyMaterial = record<WrappedKeyMaterial>({ facts: keyMaterialFacts, wrapped });

const keyMaterial: Field<SentKeyMaterial> = {
  write(out, material) {
    const inFull = "facts" in material && !out.holds(material.facts.reference);
    flag.write(out, inFull);
    if (inFull) wrappedKeyMaterial.write(out, material);
    else reference.write(out, "facts" in material ? material.facts.reference : material.reference);
  },
  read(input) {
    return flag.read(input) ? wrappedKeyMaterial.read(input) : { reference: reference.read(input) };
  },
};

const secretAccessKeyFacts = record<SecretAccessKeyFacts>({
  accountId: text(64),
  accessKeyId: text(128),
});

const secretAccessKey = secret(limits.secretAccessKey);

/** A member that may be missing has no value to declare, so this one is written out. */
const createSecretAccessKey: Field<SentRequest<"createSecretAccessKey">> = {
  write(out, { facts, secretAccessKey: given }) {
    secretAccessKeyFacts.write(out, facts);
    flag.write(out, given !== undefined);
    if (given !== undefined) secretAccessKey.write(out, given);
  },
  read(input) {
    const facts = secretAccessKeyFacts.read(input);
    const isGiven = flag.read(input);
    return isGiven ? { facts, secretAccessKey: secretAccessKey.read(input) } : { facts };
  },
};

const importKeyFacts = record<ImportKeyFacts>({
  accountId: text(64),
  keyId: text(64),
  importId: reference,
});

const vouchForPublicKey = record({ keyId: text(64), keyMaterialId: text(64), publicKey: message });
const imported = record<Pick<VaultReply<"importKeyMaterial">, "wrapped" | "keyMaterialId">>({
  wrapped,
  keyMaterialId: text(64),
});

const importedReply: Field<VaultReply<"importKeyMaterial">> = {
  write(out, reply) {
    imported.write(out, reply);
    flag.write(out, reply.publicKey !== undefined);
    if (reply.publicKey !== undefined) message.write(out, reply.publicKey);
  },
  read(input) {
    const always = imported.read(input);
    return flag.read(input) ? { ...always, publicKey: message.read(input) } : always;
  },
};

const tokenFacts = { purpose: text(64), associatedData: bytes(limits.token) };

const generateDataKey = record<SentRequest<"generateDataKey">>({
  material: keyMaterial,
  encryptionContext,
  lengthBytes: u32,
});

const generateDataKeyPair = record<SentRequest<"generateDataKeyPair">>({
  material: keyMaterial,
  encryptionContext,
  keyPairSpec: text(64),
});

const generateRandom = record<SentRequest<"generateRandom">>({ lengthBytes: u32 });
const decrypt = record<SentRequest<"decrypt">>({
  material: keyMaterial,
  encryptionContext,
  ciphertextBlob,
});
const rsaDecrypt = record<SentRequest<"rsaDecrypt">>({
  material: keyMaterial,
  algorithm,
  ciphertext: message,
});
const deriveSharedSecret = record<SentRequest<"deriveSharedSecret">>({
  material: keyMaterial,
  publicKey: message,
});

const recipient = record<ForRecipient>({ recipientPublicKey: bytes(limits.recipientPublicKey) });
const enveloped = record<Enveloped>({ envelope: bytes(limits.envelope) });

interface CommandCodec<Name extends VaultCommandName> {
  readonly opcode: number;
  readonly request: Field<SentRequest<Name>>;
  readonly reply: Field<VaultReply<Name>>;
}

export const commandCodecs: { readonly [Name in VaultCommandName]: CommandCodec<Name> } = {
  describe: {
    opcode: 1,
    request: nothing,
    reply: record({ instanceId: text(64), rootKeyId: text(64) }),
  },
  createDomainKey: {
    opcode: 2,
    request: record({ number: u32 }),
    reply: record({ wrapped }),
  },
  openDomainKeys: {
    opcode: 3,
    request: record({
      domainKeys: list(
        record<WrappedDomainKey>({ number: u32, wrapped: bytes(128) }),
        limits.domainKeys,
      ),
    }),
    reply: nothing,
  },
  createKeyMaterial: {
    opcode: 4,
    request: record({ facts: keyMaterialFacts }),
    reply: record({ wrapped }),
  },
  forgetKeyMaterial: {
    opcode: 5,
    request: record({ reference }),
    reply: nothing,
  },
  encrypt: {
    opcode: 6,
    request: record({ material: keyMaterial, encryptionContext, plaintext }),
    reply: record({ ciphertextBlob }),
  },
  decrypt: {
    opcode: 7,
    request: decrypt,
    reply: record({ plaintext: secret(limits.ciphertextBlob) }),
  },
  reEncrypt: {
    opcode: 8,
    request: record({
      source: keyMaterial,
      sourceAlgorithm: algorithm,
      sourceEncryptionContext: encryptionContext,
      ciphertextBlob,
      destination: keyMaterial,
      destinationAlgorithm: algorithm,
      destinationEncryptionContext: encryptionContext,
    }),
    reply: record({ ciphertextBlob }),
  },
  generateDataKey: {
    opcode: 9,
    request: generateDataKey,
    reply: record({ plaintext: secret(limits.generatedBytes), ciphertextBlob }),
  },
  generateDataKeyWithoutPlaintext: {
    opcode: 10,
    request: generateDataKey,
    reply: record({ ciphertextBlob }),
  },
  generateRandom: {
    opcode: 11,
    request: generateRandom,
    reply: record({ bytes: secret(limits.generatedBytes) }),
  },
  createSecretAccessKey: {
    opcode: 12,
    request: createSecretAccessKey,
    reply: record({ secretAccessKey, wrapped }),
  },
  deriveSigningKey: {
    opcode: 13,
    request: record({
      facts: secretAccessKeyFacts,
      wrapped,
      date: text(8),
      region: text(64),
      service: text(64),
    }),
    reply: record({ signingKey: secret(32) }),
  },
  sealToken: {
    opcode: 14,
    request: record({ ...tokenFacts, body: bytes(limits.token) }),
    reply: record({ token: bytes(limits.token + tokenOverheadBytes) }),
  },
  openToken: {
    opcode: 15,
    request: record({ ...tokenFacts, token: bytes(limits.token + tokenOverheadBytes) }),
    reply: record({ body: bytes(limits.token) }),
  },
  createKeyPair: {
    opcode: 16,
    request: record({ facts: keyMaterialFacts }),
    reply: record({ wrapped, publicKey: message }),
  },
  rsaEncrypt: {
    opcode: 17,
    request: record({ material: keyMaterial, algorithm, plaintext }),
    reply: record({ ciphertext: message }),
  },
  rsaDecrypt: {
    opcode: 18,
    request: rsaDecrypt,
    reply: record({ plaintext: secret(limits.ciphertextBlob) }),
  },
  sign: {
    opcode: 19,
    request: record({ material: keyMaterial, algorithm, messageType: text(16), message }),
    reply: record({ signature: message }),
  },
  verify: {
    opcode: 20,
    request: record({
      material: keyMaterial,
      algorithm,
      messageType: text(16),
      message,
      signature: message,
    }),
    reply: nothing,
  },
  generateMac: {
    opcode: 21,
    request: record({ material: keyMaterial, algorithm, message }),
    reply: record({ mac: message }),
  },
  verifyMac: {
    opcode: 22,
    request: record({ material: keyMaterial, algorithm, message, mac: message }),
    reply: nothing,
  },
  deriveSharedSecret: {
    opcode: 23,
    request: deriveSharedSecret,
    reply: record({ sharedSecret }),
  },
  encapsulate: {
    opcode: 24,
    request: record({ material: keyMaterial }),
    reply: record({ sharedSecret, ciphertext: message }),
  },
  decapsulate: {
    opcode: 25,
    request: record({ material: keyMaterial, ciphertext: message }),
    reply: record({ sharedSecret }),
  },
  generateDataKeyPair: {
    opcode: 26,
    request: generateDataKeyPair,
    reply: record({ publicKey: message, privateKey, privateKeyCiphertextBlob: ciphertextBlob }),
  },
  generateDataKeyPairWithoutPlaintext: {
    opcode: 27,
    request: generateDataKeyPair,
    reply: record({ publicKey: message, privateKeyCiphertextBlob: ciphertextBlob }),
  },
  createImportKey: {
    opcode: 28,
    request: record({ facts: importKeyFacts, wrappingKeySpec: text(64) }),
    reply: record({ wrapped, publicKey: message }),
  },
  importKeyMaterial: {
    opcode: 29,
    request: record({
      importKey: record<WrappedImportKey>({ facts: importKeyFacts, wrapped }),
      wrappingAlgorithm: text(64),
      encryptedKeyMaterial: bytes(limits.ciphertextBlob),
      facts: record({ ...keyFacts, ...kindFacts }),
    }),
    reply: importedReply,
  },
  derivePublicKey: {
    opcode: 30,
    request: record({ material: keyMaterial }),
    reply: record({ publicKey: message }),
  },
  vouchForPublicKey: { opcode: 31, request: vouchForPublicKey, reply: nothing },
  decryptForRecipient: { opcode: 40, request: joined(decrypt, recipient), reply: enveloped },
  rsaDecryptForRecipient: { opcode: 41, request: joined(rsaDecrypt, recipient), reply: enveloped },
  deriveSharedSecretForRecipient: {
    opcode: 42,
    request: joined(deriveSharedSecret, recipient),
    reply: enveloped,
  },
  generateDataKeyForRecipient: {
    opcode: 43,
    request: joined(generateDataKey, recipient),
    reply: joined(enveloped, record({ ciphertextBlob })),
  },
  generateDataKeyPairForRecipient: {
    opcode: 44,
    request: joined(generateDataKeyPair, recipient),
    reply: joined(
      enveloped,
      record({ publicKey: message, privateKeyCiphertextBlob: ciphertextBlob }),
    ),
  },
  generateRandomForRecipient: {
    opcode: 45,
    request: joined(generateRandom, recipient),
    reply: enveloped,
  },
};

const namesByOpcode = new Map(
  namesOf(commandCodecs).map((name) => [commandCodecs[name].opcode, name]),
);

/** Nothing when no command has this opcode. */
export function commandOf(opcode: number): VaultCommandName | undefined {
  return namesByOpcode.get(opcode);
}

function namesOf<T extends object>(table: T): Extract<keyof T, string>[] {
  const names: Extract<keyof T, string>[] = [];
  for (const name in table) names.push(name);
  return names;
}
