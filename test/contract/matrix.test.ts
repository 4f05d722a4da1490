/**
 * Every kind of key with every cryptographic operation and every algorithm of it: each cell
 * works, or gives the error that AWS documents for it. And every signing algorithm with
 * every message type, at the lengths around those that it takes.
 */
import { generateKeyPairSync } from "node:crypto";
import { type CreateKeyRequest, KMS, KMSServiceException } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Contract, noMessage, startContract } from "./contract.ts";
import {
  algorithmsFor,
  allSpecs,
  allUsages,
  type KeyKind,
  keyKinds,
  signedLength,
  symmetric,
} from "./key-kinds.ts";

let contract: Contract;
/** A loaded machine takes its time to make RSA keys: this client asks again, as any other would. */
let patient: KMS;
beforeAll(async () => {
  contract = await startContract();
  patient = new KMS({ ...contract.keyhaven.clientConfig, maxAttempts: 20 });
});
afterAll(async () => {
  patient.destroy();
  await contract.stop();
});

/** "works", or the error's name and words with the key's ARN left out. */
type Cell = string;

async function cellOf(attempt: Promise<unknown>): Promise<Cell> {
  try {
    await attempt;
    return "works";
  } catch (error) {
    if (error instanceof KMSServiceException) return wordsOf(error);
    throw error;
  }
}

function wordsOf(error: KMSServiceException): Cell {
  if (error.$metadata.httpStatusCode !== 400) return `status ${error.$metadata.httpStatusCode}`;
  const words = error.message.replace(/arn:aws:kms:\S+/, "<arn>");
  return words === noMessage ? error.name : `${error.name}: ${words}`;
}

/** One call of an operation, as untyped as a table needs it. */
async function call(
  operation: string,
  input: object,
  client: KMS = contract.kms,
): Promise<Record<string, Uint8Array>> {
  const method = operation.charAt(0).toLowerCase() + operation.slice(1);
  const methods = client as unknown as Record<
    string,
    (sent: object) => Promise<Record<string, Uint8Array>>
  >;
  const send = methods[method];
  if (send === undefined) throw new Error(`the client has no ${method}`);
  return await send.call(client, input);
}

const keys = new Map<KeyKind, Promise<string>>();

async function newKey(input: CreateKeyRequest): Promise<string> {
  const { KeyMetadata } = await patient.createKey(input);
  return KeyMetadata?.KeyId ?? "";
}

/** One key of each kind is enough for all that is asked of it. */
async function keyOf(kind: KeyKind): Promise<string> {
  const { KeySpec, KeyUsage } = kind;
  const made = keys.get(kind) ?? newKey({ KeySpec, KeyUsage });
  keys.set(kind, made);
  return await made;
}

const nameOf = ({ KeySpec, KeyUsage }: KeyKind): string => `${KeySpec} for ${KeyUsage}`;
const named = keyKinds.map((kind) => [nameOf(kind), kind] as const);

describe("CreateKey", () => {
  const pairs = allSpecs.flatMap((KeySpec) =>
    allUsages.map((KeyUsage) => [KeySpec, KeyUsage] as const),
  );

  test("makes keys of every spec for exactly the usages that fit it", async () => {
    const cells: [string, Cell][] = [];
    for (const [KeySpec, KeyUsage] of pairs) {
      const fitting = keyKinds.find(
        (kind) => kind.KeySpec === KeySpec && kind.KeyUsage === KeyUsage,
      );
      const made = fitting ? keyOf(fitting) : newKey({ KeySpec, KeyUsage });
      cells.push([`${KeySpec} for ${KeyUsage}`, await cellOf(made)]);
    }
    const expected = pairs.map(([KeySpec, KeyUsage]) => [
      `${KeySpec} for ${KeyUsage}`,
      keyKinds.some((kind) => kind.KeySpec === KeySpec && kind.KeyUsage === KeyUsage)
        ? "works"
        : `ValidationException: KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`,
    ]);
    expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(expected));
  }, 120_000);

  test.each(named)("%s shows the algorithms of that kind", async (_name, kind) => {
    const { KeyMetadata = {} } = await contract.kms.describeKey({ KeyId: await keyOf(kind) });
    const lists = Object.entries(KeyMetadata).filter(([member]) => member.endsWith("Algorithms"));
    expect(lists.map(([, algorithms]) => algorithms)).toEqual([kind.algorithms]);
  });
});

/** Operations on one key that name an algorithm: what they need beside it. */
interface Tried {
  readonly operation: string;
  readonly usage: KeyKind["KeyUsage"];
  readonly member: string;
  /** What a call that should work is sent: it may have to be made with the key first. */
  readonly input: (key: string, algorithm: string) => Promise<object>;
  /** What any other call is sent. */
  readonly otherwise: object;
}

const Plaintext = Buffer.from("a plaintext");
const Message = Buffer.alloc(64, 7);
const junk = Buffer.alloc(256, 1);
const peers = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
} as const;

async function peerOf(KeyId: string): Promise<Buffer> {
  const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
  const namedCurve = peers[KeyMetadata?.KeySpec as keyof typeof peers];
  const { publicKey } = generateKeyPairSync("ec", { namedCurve });
  return publicKey.export({ type: "spki", format: "der" });
}

/** Ed25519ph alone signs no whole message. */
const messageTypeFor = (algorithm: string): string =>
  algorithm === "ED25519_PH_SHA_512" ? "DIGEST" : "RAW";

const tried: readonly Tried[] = [
  {
    operation: "Encrypt",
    usage: "ENCRYPT_DECRYPT",
    member: "EncryptionAlgorithm",
    input: () => Promise.resolve({ Plaintext }),
    otherwise: { Plaintext },
  },
  {
    operation: "Decrypt",
    usage: "ENCRYPT_DECRYPT",
    member: "EncryptionAlgorithm",
    async input(KeyId, EncryptionAlgorithm) {
      const sealed = await call("Encrypt", { KeyId, Plaintext, EncryptionAlgorithm });
      return { CiphertextBlob: sealed["CiphertextBlob"] };
    },
    otherwise: { CiphertextBlob: junk },
  },
  {
    operation: "Sign",
    usage: "SIGN_VERIFY",
    member: "SigningAlgorithm",
    input: (_key, algorithm) =>
      Promise.resolve({ Message, MessageType: messageTypeFor(algorithm) }),
    otherwise: { Message },
  },
  {
    operation: "Verify",
    usage: "SIGN_VERIFY",
    member: "SigningAlgorithm",
    async input(KeyId, SigningAlgorithm) {
      const signing = { Message, MessageType: messageTypeFor(SigningAlgorithm) };
      const { Signature } = await call("Sign", { KeyId, SigningAlgorithm, ...signing });
      return { ...signing, Signature };
    },
    otherwise: { Message, Signature: junk },
  },
  {
    operation: "GenerateMac",
    usage: "GENERATE_VERIFY_MAC",
    member: "MacAlgorithm",
    input: () => Promise.resolve({ Message }),
    otherwise: { Message },
  },
  {
    operation: "VerifyMac",
    usage: "GENERATE_VERIFY_MAC",
    member: "MacAlgorithm",
    async input(KeyId, MacAlgorithm) {
      const { Mac } = await call("GenerateMac", { KeyId, Message, MacAlgorithm });
      return { Message, Mac };
    },
    otherwise: { Message, Mac: junk },
  },
  {
    operation: "DeriveSharedSecret",
    usage: "KEY_AGREEMENT",
    member: "KeyAgreementAlgorithm",
    input: async (KeyId) => ({ PublicKey: await peerOf(KeyId) }),
    otherwise: { PublicKey: junk },
  },
  {
    operation: "Encapsulate",
    usage: "ENCAPSULATE_DECAPSULATE",
    member: "EncapsulationAlgorithm",
    input: () => Promise.resolve({}),
    otherwise: {},
  },
  {
    operation: "Decapsulate",
    usage: "ENCAPSULATE_DECAPSULATE",
    member: "EncapsulationAlgorithm",
    async input(KeyId, EncapsulationAlgorithm) {
      const made = await call("Encapsulate", { KeyId, EncapsulationAlgorithm });
      return { SharedSecretCiphertextBlob: made["SharedSecretCiphertextBlob"] };
    },
    otherwise: { SharedSecretCiphertextBlob: junk },
  },
];

const wrongUsage = (kind: KeyKind, operation: string): Cell =>
  `InvalidKeyUsageException: <arn> key usage is ${kind.KeyUsage} which is not valid for ${operation}.`;
const wrongAlgorithm = (kind: KeyKind, algorithm: string): Cell =>
  `InvalidKeyUsageException: Algorithm ${algorithm} is incompatible with key spec ${kind.KeySpec}.`;
/** A symmetric ciphertext says which key it belongs to, and junk says none. */
const notABlob: Cell = "InvalidCiphertextException";

function offers(kind: KeyKind, usage: KeyKind["KeyUsage"], algorithm: string): boolean {
  return kind.KeyUsage === usage && kind.algorithms.includes(algorithm);
}

/** What a cell must be, by the documentation. */
function expectedCell(kind: KeyKind, { operation, usage }: Tried, algorithm: string): Cell {
  if (offers(kind, usage, algorithm)) return "works";
  if (operation === "Decrypt" && algorithm === "SYMMETRIC_DEFAULT") return notABlob;
  if (kind.KeyUsage !== usage) return wrongUsage(kind, operation);
  return wrongAlgorithm(kind, algorithm);
}

describe.each(named)("%s", (_name, kind) => {
  test.each(tried.map((each) => [each.operation, each] as const))(
    "%s with every algorithm",
    async (operation, each) => {
      const KeyId = await keyOf(kind);
      const cells = await Promise.all(
        algorithmsFor(each.usage).map(async (algorithm) => {
          const rest = offers(kind, each.usage, algorithm)
            ? await each.input(KeyId, algorithm)
            : each.otherwise;
          const input = { KeyId, [each.member]: algorithm, ...rest };
          return [algorithm, await cellOf(call(operation, input))] as const;
        }),
      );
      const expected = algorithmsFor(each.usage).map((algorithm) => [
        algorithm,
        expectedCell(kind, each, algorithm),
      ]);
      expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(expected));
    },
  );

  test("ReEncrypt to it, with every algorithm", async () => {
    const KeyId = await keyOf(kind);
    const sealed = await call("Encrypt", { KeyId: await keyOf(symmetric), Plaintext });
    const cells = await Promise.all(
      algorithmsFor("ENCRYPT_DECRYPT").map(async (DestinationEncryptionAlgorithm) => {
        const destination = { DestinationKeyId: KeyId, DestinationEncryptionAlgorithm };
        const input = { CiphertextBlob: sealed["CiphertextBlob"], ...destination };
        return [DestinationEncryptionAlgorithm, await cellOf(call("ReEncrypt", input))] as const;
      }),
    );
    const expected = algorithmsFor("ENCRYPT_DECRYPT").map((algorithm) => {
      if (kind.KeyUsage !== "ENCRYPT_DECRYPT") return [algorithm, wrongUsage(kind, "ReEncryptTo")];
      const fits = kind.algorithms.includes(algorithm);
      return [algorithm, fits ? "works" : wrongAlgorithm(kind, algorithm)];
    });
    expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(expected));
  });

  test("ReEncrypt from it, with every algorithm", async () => {
    const SourceKeyId = await keyOf(kind);
    const DestinationKeyId = await keyOf(symmetric);
    const cells = await Promise.all(
      algorithmsFor("ENCRYPT_DECRYPT").map(async (algorithm) => {
        const fits = offers(kind, "ENCRYPT_DECRYPT", algorithm);
        const sealing = { KeyId: SourceKeyId, Plaintext, EncryptionAlgorithm: algorithm };
        const CiphertextBlob = fits ? (await call("Encrypt", sealing))["CiphertextBlob"] : junk;
        const source = { SourceKeyId, SourceEncryptionAlgorithm: algorithm };
        const input = { ...source, CiphertextBlob, DestinationKeyId };
        return [algorithm, await cellOf(call("ReEncrypt", input))] as const;
      }),
    );
    const expected = algorithmsFor("ENCRYPT_DECRYPT").map((algorithm) => {
      if (offers(kind, "ENCRYPT_DECRYPT", algorithm)) return [algorithm, "works"];
      if (algorithm === "SYMMETRIC_DEFAULT") return [algorithm, notABlob];
      const refused =
        kind.KeyUsage === "ENCRYPT_DECRYPT"
          ? wrongAlgorithm(kind, algorithm)
          : wrongUsage(kind, "ReEncryptFrom");
      return [algorithm, refused];
    });
    expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(expected));
  });

  test("data keys and data key pairs under it", async () => {
    const KeyId = await keyOf(kind);
    const cells: Record<string, Cell> = {};
    const expected: Record<string, Cell> = {};
    const operations = {
      GenerateDataKey: { KeySpec: "AES_256" },
      GenerateDataKeyWithoutPlaintext: { NumberOfBytes: 24 },
      GenerateDataKeyPair: { KeyPairSpec: "ECC_NIST_P256" },
      GenerateDataKeyPairWithoutPlaintext: { KeyPairSpec: "ML_KEM_512" },
    };
    for (const [operation, rest] of Object.entries(operations)) {
      cells[operation] = await cellOf(call(operation, { KeyId, ...rest }));
      expected[operation] =
        kind.KeyUsage === "ENCRYPT_DECRYPT"
          ? `InvalidKeyUsageException: <arn> key spec is ${kind.KeySpec} which is not valid for ${operation}.`
          : wrongUsage(kind, operation);
      if (kind.KeySpec === "SYMMETRIC_DEFAULT") expected[operation] = "works";
    }
    expect(cells).toEqual(expected);
  });

  test("GetPublicKey, and what concerns rotation", async () => {
    const KeyId = await keyOf(kind);
    const isSymmetric = kind.KeySpec === "SYMMETRIC_DEFAULT";
    const hasPublicHalf = !isSymmetric && !kind.KeySpec.startsWith("HMAC");
    const cells: Record<string, Cell> = {};
    for (const operation of [
      "GetPublicKey",
      "EnableKeyRotation",
      "GetKeyRotationStatus",
      "ListKeyRotations",
      "RotateKeyOnDemand",
      "DisableKeyRotation",
    ]) {
      cells[operation] = await cellOf(call(operation, { KeyId }));
    }
    const rotates = isSymmetric ? "works" : "UnsupportedOperationException";
    expect(cells).toEqual({
      GetPublicKey: hasPublicHalf ? "works" : "UnsupportedOperationException",
      EnableKeyRotation: rotates,
      GetKeyRotationStatus: "works",
      ListKeyRotations: rotates,
      RotateKeyOnDemand: rotates,
      DisableKeyRotation: rotates,
    });
  });
});

const pairSpecs = allSpecs.filter((spec) => !/^(?:SYMMETRIC|HMAC|ML_DSA)/.test(spec));

test.each(pairSpecs)("GenerateDataKeyPair makes %s, in plaintext and without", async (spec) => {
  const input = { KeyId: await keyOf(symmetric), KeyPairSpec: spec };
  expect(await cellOf(call("GenerateDataKeyPair", input, patient))).toBe("works");
  expect(await cellOf(call("GenerateDataKeyPairWithoutPlaintext", input, patient))).toBe("works");
});

const signing = keyKinds
  .filter(({ KeyUsage }) => KeyUsage === "SIGN_VERIFY")
  .flatMap((kind) => kind.algorithms.map((algorithm) => [kind.KeySpec, algorithm, kind] as const));
const messageTypes = ["RAW", "DIGEST", "EXTERNAL_MU"];
const lengths = [0, 1, 31, 32, 33, 47, 48, 49, 63, 64, 65, 4096, 4097];

function expectedSigning(algorithm: string, messageType: string, length: number): Cell {
  const outside = length === 0 ? "greater than or equal to 1" : "less than or equal to 4096";
  if (length === 0 || length === 4097) {
    return (
      "ValidationException: 1 validation error detected: Value at 'message' failed to satisfy " +
      `constraint: Member must have length ${outside}`
    );
  }
  if (messageType === "RAW" && algorithm !== "ED25519_PH_SHA_512") return "works";
  const signed = signedLength(algorithm, messageType);
  if (signed === undefined) {
    return `ValidationException: MessageType ${messageType} is not supported for algorithm ${algorithm}.`;
  }
  if (signed === length) return "works";
  return `ValidationException: Digest is invalid length for algorithm ${algorithm}.`;
}

describe.each(signing)("%s with %s", (_spec, SigningAlgorithm, kind) => {
  test.each(messageTypes)("signs and verifies %s of the lengths it takes", async (MessageType) => {
    const KeyId = await keyOf(kind);
    const cells: Record<number, readonly Cell[]> = {};
    const expected: Record<number, readonly Cell[]> = {};
    for (const length of lengths) {
      const input = { KeyId, SigningAlgorithm, MessageType, Message: Buffer.alloc(length, 9) };
      const signed = call("Sign", input);
      const sign = await cellOf(signed);
      const Signature = sign === "works" ? (await signed)["Signature"] : junk;
      cells[length] = [sign, await cellOf(call("Verify", { ...input, Signature }))];
      const cell = expectedSigning(SigningAlgorithm, MessageType, length);
      expected[length] = [cell, cell];
    }
    expect(cells).toEqual(expected);
  });
});
