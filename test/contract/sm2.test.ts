/** SM2 keys, which there are in the Regions of China: every operation and algorithm, as the SDK sees it. */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyUsageType, KMS, SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sm2Digest } from "../../src/vault/algorithms/sm2-digest.ts";
import { type Contract, noMessage, refusal, startContract } from "./contract.ts";
import { algorithmsFor, chinaKinds } from "./key-kinds.ts";

const KeySpec = "SM2";
const region = "cn-north-1";
const Message = Buffer.from("a message");
const Plaintext = Buffer.from("a plaintext");

let contract: Contract;
let kms: KMS;
beforeAll(async () => {
  contract = await startContract({ region });
  ({ kms } = contract);
});
afterAll(async () => await contract.stop());

async function newKey(KeyUsage: KeyUsageType): Promise<string> {
  return await contract.newKey({ KeySpec, KeyUsage });
}

describe("in a Region of China", () => {
  test.each(chinaKinds.map((kind) => [kind.KeyUsage, kind] as const))(
    "CreateKey makes a key for %s, whose ARN is in China's partition",
    async (KeyUsage, { algorithms }) => {
      const { KeyMetadata } = await kms.createKey({ KeySpec, KeyUsage });
      const lists = Object.entries(KeyMetadata ?? {}).filter(([name]) =>
        name.endsWith("Algorithms"),
      );
      expect(lists.map(([, list]) => list)).toEqual([algorithms]);
      expect(KeyMetadata?.Arn).toMatch(/^arn:aws-cn:kms:cn-north-1:111122223333:key\//);
      const { Policy } = await kms.getKeyPolicy({ KeyId: KeyMetadata?.KeyId });
      expect(Policy).toContain("arn:aws-cn:iam::111122223333:root");
      const { PublicKey = new Uint8Array(), ...rest } = await kms.getPublicKey({
        KeyId: KeyMetadata?.Arn,
      });
      expect(PublicKey).toHaveLength(91);
      expect(rest).toMatchObject({ KeySpec, KeyUsage, CustomerMasterKeySpec: KeySpec });
    },
  );

  test.each(["GENERATE_VERIFY_MAC", "ENCAPSULATE_DECAPSULATE"] as const)(
    "CreateKey refuses %s",
    async (KeyUsage) => {
      expect(await refusal(kms.createKey({ KeySpec, KeyUsage }))).toMatchObject({
        name: "ValidationException",
        message: `KeyUsage ${KeyUsage} is not compatible with KeySpec SM2`,
      });
    },
  );

  test("a caller is of the same partition", async () => {
    const attempt = kms.describeKey({ KeyId: `arn:aws:kms:${region}:111122223333:key/x` });
    expect((await refusal(attempt)).name).toBe("InvalidArnException");
  });

  test("imported SM2 keys are not supported yet", async () => {
    const attempt = kms.createKey({ KeySpec, KeyUsage: "SIGN_VERIFY", Origin: "EXTERNAL" });
    expect((await refusal(attempt)).name).toBe("UnsupportedOperationException");
  });
});

describe("SM2DSA", () => {
  const SigningAlgorithm = "SM2DSA";

  test("signs a message, and its digest behind the signer's", async () => {
    const KeyId = await newKey("SIGN_VERIFY");
    const { PublicKey = new Uint8Array() } = await kms.getPublicKey({ KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey), type: "spki", format: "der" });
    const { Signature, ...rest } = await kms.sign({ KeyId, Message, SigningAlgorithm });
    expect(rest).toMatchObject({ SigningAlgorithm });
    const digest = sm2Digest(Message, key);
    const verified = await kms.verify({
      KeyId,
      Message: digest,
      MessageType: "DIGEST",
      Signature,
      SigningAlgorithm,
    });
    expect(verified).toMatchObject({ SignatureValid: true, SigningAlgorithm });
    const other = { KeyId, Message: Plaintext, Signature, SigningAlgorithm } as const;
    expect(await refusal(kms.verify(other))).toMatchObject({
      name: "KMSInvalidSignatureException",
      message: noMessage,
    });
  });

  test.each([31, 33])("refuses a digest of %d bytes", async (length) => {
    const KeyId = await newKey("SIGN_VERIFY");
    const digest = { Message: Buffer.alloc(length), MessageType: "DIGEST" } as const;
    expect(await refusal(kms.sign({ KeyId, SigningAlgorithm, ...digest }))).toMatchObject({
      name: "ValidationException",
      message: "Digest is invalid length for algorithm SM2DSA.",
    });
  });

  test("refuses an external µ", async () => {
    const KeyId = await newKey("SIGN_VERIFY");
    const mu = { Message: Buffer.alloc(64), MessageType: "EXTERNAL_MU" } as const;
    expect(await refusal(kms.sign({ KeyId, SigningAlgorithm, ...mu }))).toMatchObject({
      name: "ValidationException",
      message: "MessageType EXTERNAL_MU is not supported for algorithm SM2DSA.",
    });
  });
});

describe("SM2PKE", () => {
  const EncryptionAlgorithm = "SM2PKE";

  test.each([1, 1_024])("encrypts and decrypts %d bytes", async (length) => {
    const KeyId = await newKey("ENCRYPT_DECRYPT");
    const input = { KeyId, EncryptionAlgorithm, Plaintext: Buffer.alloc(length, 3) } as const;
    const { CiphertextBlob, ...rest } = await kms.encrypt(input);
    expect(rest).toMatchObject({ EncryptionAlgorithm });
    const opened = await kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(input.Plaintext);
  });

  test("encrypts no more than 1,024 bytes", async () => {
    const KeyId = await newKey("ENCRYPT_DECRYPT");
    const input = { KeyId, EncryptionAlgorithm, Plaintext: Buffer.alloc(1_025) } as const;
    expect(await refusal(kms.encrypt(input))).toMatchObject({
      name: "ValidationException",
      message: "Algorithm SM2PKE and key spec SM2 cannot encrypt data larger than 1024 bytes.",
    });
  });

  test("re-encrypts from and to other keys, and no more than 1,024 bytes", async () => {
    const [sm2, symmetric] = [await newKey("ENCRYPT_DECRYPT"), await contract.newKey()];
    const { CiphertextBlob } = await kms.encrypt({ KeyId: symmetric, Plaintext });
    const toSm2 = {
      DestinationKeyId: sm2,
      DestinationEncryptionAlgorithm: EncryptionAlgorithm,
    } as const;
    const there = await kms.reEncrypt({ CiphertextBlob, ...toSm2 });
    const back = await kms.reEncrypt({
      CiphertextBlob: there.CiphertextBlob,
      SourceKeyId: sm2,
      SourceEncryptionAlgorithm: EncryptionAlgorithm,
      DestinationKeyId: symmetric,
    });
    const opened = await kms.decrypt({ CiphertextBlob: back.CiphertextBlob });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    const long = await kms.encrypt({ KeyId: symmetric, Plaintext: Buffer.alloc(1_025) });
    const tooLong = kms.reEncrypt({ CiphertextBlob: long.CiphertextBlob, ...toSm2 });
    expect((await refusal(tooLong)).message).toContain("larger than 1024 bytes");
  });

  test("any other ciphertext is InvalidCiphertextException", async () => {
    const KeyId = await newKey("ENCRYPT_DECRYPT");
    const CiphertextBlob = Buffer.alloc(120, 0x30);
    const attempt = kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm });
    expect(await refusal(attempt)).toMatchObject({
      name: "InvalidCiphertextException",
      status: 400,
    });
  });
});

const otherAlgorithms = algorithmsFor("SIGN_VERIFY").filter((algorithm) => algorithm !== "SM2DSA");

test.each(otherAlgorithms)("%s does not fit an SM2 key", async (algorithm) => {
  const KeyId = await newKey("SIGN_VERIFY");
  const SigningAlgorithm = algorithm as SigningAlgorithmSpec;
  expect(await refusal(kms.sign({ KeyId, Message, SigningAlgorithm }))).toMatchObject({
    name: "InvalidKeyUsageException",
    message: `Algorithm ${algorithm} is incompatible with key spec SM2.`,
  });
});

describe("DeriveSharedSecret", () => {
  const KeyAgreementAlgorithm = "ECDH";

  async function derive(KeyId: string, peer: string): Promise<Uint8Array | undefined> {
    const { PublicKey } = await kms.getPublicKey({ KeyId: peer });
    return (await kms.deriveSharedSecret({ KeyId, PublicKey, KeyAgreementAlgorithm })).SharedSecret;
  }

  test("gives both sides the same secret", async () => {
    const [one, other] = [await newKey("KEY_AGREEMENT"), await newKey("KEY_AGREEMENT")];
    const secret = await derive(one, other);
    expect(secret).toHaveLength(32);
    expect(secret).toEqual(await derive(other, one));
  });

  test("refuses a public key on another curve", async () => {
    const KeyId = await newKey("KEY_AGREEMENT");
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const PublicKey = publicKey.export({ type: "spki", format: "der" });
    const attempt = kms.deriveSharedSecret({ KeyId, PublicKey, KeyAgreementAlgorithm });
    expect(await refusal(attempt)).toMatchObject({
      name: "ValidationException",
      message: noMessage,
    });
  });
});

test("GenerateDataKeyPair makes SM2 pairs, in plaintext and without", async () => {
  const KeyId = await contract.newKey();
  const made = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: KeySpec });
  expect(made.PublicKey).toHaveLength(91);
  const { PrivateKeyCiphertextBlob: CiphertextBlob } = made;
  const { Plaintext: opened } = await kms.decrypt({ CiphertextBlob });
  expect(opened).toEqual(made.PrivateKeyPlaintext);
  const sealed = await kms.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec: KeySpec });
  expect(sealed.PublicKey).toHaveLength(91);
});

test("outside China there are no SM2 keys and no SM2 pairs", async () => {
  const elsewhere = await startContract();
  const unsupported = { name: "UnsupportedOperationException" };
  try {
    const create = elsewhere.kms.createKey({ KeySpec, KeyUsage: "SIGN_VERIFY" });
    expect(await refusal(create)).toMatchObject(unsupported);
    const KeyId = await elsewhere.newKey();
    const pair = elsewhere.kms.generateDataKeyPair({ KeyId, KeyPairSpec: KeySpec });
    expect(await refusal(pair)).toMatchObject(unsupported);
  } finally {
    await elsewhere.stop();
  }
});
