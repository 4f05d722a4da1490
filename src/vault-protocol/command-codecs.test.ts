import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SentRequest, commandCodecs, commandOf, limits } from "./command-codecs.ts";
import { refusalOf, statusOf } from "./statuses.ts";
import type { Refusal, VaultCommandName, VaultReply } from "./commands.ts";
import type { FieldReader } from "./field-reader.ts";
import { FrameReader } from "./frames.ts";
import { FrameWriter } from "./frame-writer.ts";
import { Malformed } from "./malformed.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const text = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .filter((value) => Buffer.byteLength(value) <= 64);
const reference = fc.uint8Array({ minLength: 16, maxLength: 16 });
const number = fc.nat({ max: 0xffff_ffff });
const factsWithoutId = {
  reference,
  accountId: text,
  keyId: text,
  keySpec: text,
  keyUsage: text,
  origin: text,
  multiRegion: fc.boolean(),
  createdAtMs: fc.maxSafeNat(),
};
const facts = fc.record({ ...factsWithoutId, keyMaterialId: text });
const importKeyFacts = fc.record({ accountId: text, keyId: text, importId: reference });
const wrapped = bytes(limits.wrapped);
const material = fc.oneof(fc.record({ facts, wrapped }), fc.record({ reference }));
const encryptionContext = bytes(500);
const ciphertextBlob = bytes(limits.ciphertextBlob);
const plaintext = bytes(limits.plaintext);
const dataKeyRequest = fc.record({ material, encryptionContext, lengthBytes: number });
const accessKeyFacts = fc.record({ accountId: text, accessKeyId: text });
const purpose = text;
const associatedData = bytes(100);
const nothing = fc.constant({});

const algorithm = fc.constantFrom("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "ECDSA_SHA_256");
const messageType = fc.constantFrom("RAW", "DIGEST");
const message = bytes(600);
const recipientPublicKey = bytes(limits.recipientPublicKey);
const envelope = bytes(limits.envelope);

const samples: {
  readonly [Name in VaultCommandName]: {
    readonly request: fc.Arbitrary<SentRequest<Name>>;
    readonly reply: fc.Arbitrary<VaultReply<Name>>;
  };
} = {
  describe: { request: nothing, reply: fc.record({ instanceId: text, rootKeyId: text }) },
  createDomainKey: { request: fc.record({ number }), reply: fc.record({ wrapped }) },
  openDomainKeys: {
    request: fc.record({ domainKeys: fc.array(fc.record({ number, wrapped: bytes(128) })) }),
    reply: nothing,
  },
  createKeyMaterial: { request: fc.record({ facts }), reply: fc.record({ wrapped }) },
  forgetKeyMaterial: { request: fc.record({ reference }), reply: nothing },
  encrypt: {
    request: fc.record({ material, encryptionContext, plaintext }),
    reply: fc.record({ ciphertextBlob }),
  },
  decrypt: {
    request: fc.record({ material, encryptionContext, ciphertextBlob }),
    reply: fc.record({ plaintext }),
  },
  reEncrypt: {
    request: fc.record({
      source: material,
      sourceAlgorithm: algorithm,
      sourceEncryptionContext: encryptionContext,
      ciphertextBlob,
      destination: material,
      destinationAlgorithm: algorithm,
      destinationEncryptionContext: encryptionContext,
    }),
    reply: fc.record({ ciphertextBlob }),
  },
  generateDataKey: {
    request: dataKeyRequest,
    reply: fc.record({ plaintext: bytes(1_024), ciphertextBlob }),
  },
  generateDataKeyWithoutPlaintext: {
    request: dataKeyRequest,
    reply: fc.record({ ciphertextBlob }),
  },
  generateRandom: {
    request: fc.record({ lengthBytes: number }),
    reply: fc.record({ bytes: bytes(1_024) }),
  },
  createSecretAccessKey: {
    request: fc.record(
      { facts: accessKeyFacts, secretAccessKey: bytes(128) },
      { requiredKeys: ["facts"] },
    ),
    reply: fc.record({ secretAccessKey: bytes(128), wrapped }),
  },
  deriveSigningKey: {
    request: fc.record({
      facts: accessKeyFacts,
      wrapped,
      date: fc.constant("20260301"),
      region: text,
      service: text,
    }),
    reply: fc.record({ signingKey: bytes(32) }),
  },
  sealToken: {
    request: fc.record({ purpose, associatedData, body: bytes(500) }),
    reply: fc.record({ token: bytes(600) }),
  },
  openToken: {
    request: fc.record({ purpose, associatedData, token: bytes(600) }),
    reply: fc.record({ body: bytes(500) }),
  },
  createKeyPair: {
    request: fc.record({ facts }),
    reply: fc.record({ wrapped, publicKey: message }),
  },
  rsaEncrypt: {
    request: fc.record({ material, algorithm, plaintext }),
    reply: fc.record({ ciphertext: message }),
  },
  rsaDecrypt: {
    request: fc.record({ material, algorithm, ciphertext: message }),
    reply: fc.record({ plaintext }),
  },
  sign: {
    request: fc.record({ material, algorithm, messageType, message }),
    reply: fc.record({ signature: message }),
  },
  verify: {
    request: fc.record({ material, algorithm, messageType, message, signature: message }),
    reply: nothing,
  },
  generateMac: {
    request: fc.record({ material, algorithm, message }),
    reply: fc.record({ mac: message }),
  },
  verifyMac: {
    request: fc.record({ material, algorithm, message, mac: message }),
    reply: nothing,
  },
  deriveSharedSecret: {
    request: fc.record({ material, publicKey: message }),
    reply: fc.record({ sharedSecret: bytes(66) }),
  },
  encapsulate: {
    request: fc.record({ material }),
    reply: fc.record({ sharedSecret: bytes(32), ciphertext: message }),
  },
  decapsulate: {
    request: fc.record({ material, ciphertext: message }),
    reply: fc.record({ sharedSecret: bytes(32) }),
  },
  generateDataKeyPair: {
    request: fc.record({ material, encryptionContext, keyPairSpec: algorithm }),
    reply: fc.record({
      publicKey: message,
      privateKey: message,
      privateKeyCiphertextBlob: ciphertextBlob,
    }),
  },
  generateDataKeyPairWithoutPlaintext: {
    request: fc.record({ material, encryptionContext, keyPairSpec: algorithm }),
    reply: fc.record({ publicKey: message, privateKeyCiphertextBlob: ciphertextBlob }),
  },
  createImportKey: {
    request: fc.record({ facts: importKeyFacts, wrappingKeySpec: algorithm }),
    reply: fc.record({ wrapped, publicKey: message }),
  },
  importKeyMaterial: {
    request: fc.record({
      importKey: fc.record({ facts: importKeyFacts, wrapped }),
      wrappingAlgorithm: algorithm,
      encryptedKeyMaterial: bytes(6_144),
      facts: fc.record(factsWithoutId),
    }),
    reply: fc.record(
      { wrapped, keyMaterialId: text, publicKey: message },
      { requiredKeys: ["wrapped", "keyMaterialId"] },
    ),
  },
  decryptForRecipient: {
    request: fc.record({ material, encryptionContext, ciphertextBlob, recipientPublicKey }),
    reply: fc.record({ envelope }),
  },
  rsaDecryptForRecipient: {
    request: fc.record({ material, algorithm, ciphertext: message, recipientPublicKey }),
    reply: fc.record({ envelope }),
  },
  deriveSharedSecretForRecipient: {
    request: fc.record({ material, publicKey: message, recipientPublicKey }),
    reply: fc.record({ envelope }),
  },
  generateDataKeyForRecipient: {
    request: fc.record({ material, encryptionContext, lengthBytes: number, recipientPublicKey }),
    reply: fc.record({ envelope, ciphertextBlob }),
  },
  generateDataKeyPairForRecipient: {
    request: fc.record({
      material,
      encryptionContext,
      keyPairSpec: algorithm,
      recipientPublicKey,
    }),
    reply: fc.record({ envelope, publicKey: message, privateKeyCiphertextBlob: ciphertextBlob }),
  },
  generateRandomForRecipient: {
    request: fc.record({ lengthBytes: number, recipientPublicKey }),
    reply: fc.record({ envelope }),
  },
  derivePublicKey: {
    request: fc.record({ material }),
    reply: fc.record({ publicKey: message }),
  },
  vouchForPublicKey: {
    request: fc.record({ keyId: text, keyMaterialId: text, publicKey: message }),
    reply: nothing,
  },
};

function isCommand(name: string): name is VaultCommandName {
  return name in commandCodecs;
}

const names = Object.keys(samples).filter(isCommand);

function carry<T>(writeBody: (out: FrameWriter) => void, read: (input: FieldReader) => T): T {
  const out = new FrameWriter();
  out.frame(7, 9, () => writeBody(out));
  const carried: T[] = [];
  const frames = new FrameReader(
    (_kind, _sequence, input) => {
      carried.push(read(input));
      input.finish();
    },
    { copies: true },
  );
  expect(frames.push(out.take())).toBe(true);
  const [value] = carried;
  if (value === undefined) throw new Error("no frame was read");
  return value;
}

/** Buffers and Uint8Arrays of the same bytes count as equal. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function roundTrips<Name extends VaultCommandName>(
  name: Name,
  codecs: Pick<typeof commandCodecs, Name>,
): { sent: unknown; got: unknown }[] {
  const { request, reply } = codecs[name];
  const trips: { sent: unknown; got: unknown }[] = [];
  fc.assert(
    fc.property(samples[name].request, samples[name].reply, (sentRequest, sentReply) => {
      const gotRequest = carry(
        (out) => request.write(out, sentRequest),
        (input) => request.read(input),
      );
      const gotReply = carry(
        (out) => reply.write(out, sentReply),
        (input) => reply.read(input),
      );
      trips.push({ sent: plain(sentRequest), got: plain(gotRequest) });
      trips.push({ sent: plain(sentReply), got: plain(gotReply) });
    }),
    { numRuns: 50 },
  );
  return trips;
}

describe("command codecs", () => {
  test.each(names)("carry requests and replies of %s unchanged", (name) => {
    for (const { sent, got } of roundTrips(name, commandCodecs)) expect(got).toEqual(sent);
  });

  test("give every command an opcode of its own", () => {
    expect(names.map((name) => commandOf(commandCodecs[name].opcode))).toEqual(names);
    expect(commandOf(0)).toBeUndefined();
    expect(commandOf(names.length + 1)).toBeUndefined();
  });

  test("give every refusal a status of its own", () => {
    const refusals: Refusal[] = [
      { refused: "rejected" },
      { refused: "domain-key-missing" },
      { refused: "material-required" },
      { refused: "malformed" },
      { refused: "too-long" },
      { refused: "unsupported" },
      { refused: "wrong-material" },
      { refused: "failed" },
      { refused: "overdue" },
    ];
    expect(refusals.map(statusOf)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const refusal of refusals) expect(refusalOf(statusOf(refusal))).toEqual(refusal);
    expect(() => refusalOf(0)).toThrow(Malformed);
    expect(() => refusalOf(10)).toThrow(Malformed);
  });

  test("leave out key material that the peer holds, and only that", () => {
    const [held, unknown] = fc.sample(fc.record({ facts, wrapped }), { numRuns: 2, seed: 1 });
    if (held === undefined || unknown === undefined) throw new Error("no samples");
    const out = new FrameWriter();
    const request = {
      source: held,
      sourceAlgorithm: "SYMMETRIC_DEFAULT",
      sourceEncryptionContext: Buffer.alloc(0),
      ciphertextBlob: Buffer.alloc(0),
      destination: unknown,
      destinationAlgorithm: "SYMMETRIC_DEFAULT",
      destinationEncryptionContext: Buffer.alloc(0),
    };
    const codec = commandCodecs.reEncrypt;
    const holds = (each: Uint8Array): boolean => each === held.facts.reference;
    out.frame(codec.opcode, 1, () => codec.request.write(out, request), holds);
    const frames = new FrameReader(
      (_kind, _sequence, input) => {
        const got = codec.request.read(input);
        expect(plain(got.source)).toEqual(plain({ reference: held.facts.reference }));
        expect(plain(got.destination)).toEqual(plain(unknown));
      },
      { copies: false },
    );
    expect(frames.push(out.take())).toBe(true);
    expect.assertions(3);
  });

  test("refuse to write a field that is too long, and leave no trace of the frame", () => {
    const out = new FrameWriter();
    const request = {
      material: { reference: Buffer.alloc(16) },
      encryptionContext: Buffer.alloc(0),
      plaintext: Buffer.alloc(limits.plaintext + 1),
    };
    const attempt = () => out.frame(6, 1, () => commandCodecs.encrypt.request.write(out, request));
    expect(attempt).toThrow(Malformed);
    expect(out.length).toBe(0);
  });

  test("refuse trailing bytes, a cut body, a flag of 2, and text that is not UTF-8", () => {
    const { request } = commandCodecs.createSecretAccessKey;
    const body = (out: FrameWriter): void =>
      request.write(out, { facts: { accountId: "1", accessKeyId: "A" } });
    const whole = (input: FieldReader) => request.read(input);
    const read = (writeBody: (out: FrameWriter) => void) => () => carry(writeBody, whole);
    expect(read(body)).not.toThrow();
    expect(
      read((out) => {
        body(out);
        out.u8(0);
      }),
    ).toThrow(Malformed);
    expect(read((out) => out.u32(3))).toThrow(Malformed);
    expect(
      read((out) => {
        out.text("1", 9);
        out.text("A", 9);
        out.u8(2);
      }),
    ).toThrow(Malformed);
    expect(read((out) => out.bytes(Buffer.of(0xff), 9))).toThrow(Malformed);
  });

  test("refuse a list longer than allowed before reading any of it", () => {
    const { request } = commandCodecs.openDomainKeys;
    const read = () =>
      carry(
        (out) => out.u32(limits.domainKeys + 1),
        (input) => request.read(input),
      );
    expect(read).toThrow("list too long");
  });

  test("fit the largest request into one frame", () => {
    const out = new FrameWriter();
    const [facts64] = fc.sample(facts, 1);
    if (facts64 === undefined) throw new Error("no sample");
    const longest = {
      ...facts64,
      accountId: "1".repeat(64),
      keyId: "1".repeat(64),
      keyMaterialId: "1".repeat(64),
      keySpec: "1".repeat(64),
      keyUsage: "1".repeat(64),
      origin: "1".repeat(64),
    };
    const largest = { facts: longest, wrapped: Buffer.alloc(limits.wrapped) };
    const request = {
      source: largest,
      sourceEncryptionContext: Buffer.alloc(limits.encryptionContext),
      ciphertextBlob: Buffer.alloc(limits.ciphertextBlob),
      destination: largest,
      sourceAlgorithm: "SYMMETRIC_DEFAULT",
      destinationAlgorithm: "SYMMETRIC_DEFAULT",
      destinationEncryptionContext: Buffer.alloc(limits.encryptionContext),
    };
    const domainKeys = Array.from({ length: limits.domainKeys }, (_, number_) => ({
      number: number_,
      wrapped: Buffer.alloc(128),
    }));
    out.frame(8, 1, () => commandCodecs.reEncrypt.request.write(out, request));
    out.frame(3, 2, () => commandCodecs.openDomainKeys.request.write(out, { domainKeys }));
    expect(out.length).toBeGreaterThan(100_000);
  });
});
