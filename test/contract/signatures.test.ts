import { createPublicKey, verify } from "node:crypto";
import type { KeySpec, SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, noMessage, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

const Message = Buffer.from("to whom it may concern");

describe("Sign and Verify", () => {
  test.each<[KeySpec, SigningAlgorithmSpec, string]>([
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", "sha256"],
    ["ECC_NIST_P384", "ECDSA_SHA_384", "sha384"],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256", "sha256"],
  ])("%s, %s: anyone verifies it with the public key", async (KeySpec, SigningAlgorithm, hash) => {
    const KeyId = await contract.newKey({ KeySpec, KeyUsage: "SIGN_VERIFY" });
    const Arn = contract.arn(`key/${KeyId}`);
    const signed = await answer(contract.kms.sign({ KeyId, Message, SigningAlgorithm }));
    const { Signature = new Uint8Array() } = signed;
    expect(signed).toEqual({ KeyId: Arn, Signature, SigningAlgorithm });
    const input = { KeyId, Message, Signature, SigningAlgorithm };
    const verified = await answer(contract.kms.verify(input));
    expect(verified).toEqual({ KeyId: Arn, SignatureValid: true, SigningAlgorithm });
    const published = await answer(contract.kms.getPublicKey({ KeyId }));
    expect(published).toMatchObject({ KeyId: Arn, KeySpec, KeyUsage: "SIGN_VERIFY" });
    expect(published.SigningAlgorithms).toContain(SigningAlgorithm);
    const key = createPublicKey({
      key: Buffer.from(published.PublicKey ?? []),
      type: "spki",
      format: "der",
    });
    expect(verify(hash, Message, key, Signature)).toBe(true);
  });

  test("KMSInvalidSignatureException, without a message, for another message", async () => {
    const SigningAlgorithm = "ECDSA_SHA_256" as const;
    const KeyId = await contract.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const { Signature } = await contract.kms.sign({ KeyId, Message, SigningAlgorithm });
    const input = { KeyId, Message: Buffer.from("another"), Signature, SigningAlgorithm };
    expect(await refusal(contract.kms.verify(input))).toEqual({
      name: "KMSInvalidSignatureException",
      message: noMessage,
      status: 400,
    });
  });

  test("InvalidKeyUsageException for a key that is for something else", async () => {
    const KeyId = await contract.newKey();
    const attempt = contract.kms.sign({ KeyId, Message, SigningAlgorithm: "ECDSA_SHA_256" });
    expect(await refusal(attempt)).toEqual({
      name: "InvalidKeyUsageException",
      message:
        `${contract.arn(`key/${KeyId}`)} key usage is ENCRYPT_DECRYPT which is not valid for ` +
        "Sign.",
      status: 400,
    });
  });
});

describe("GenerateMac and VerifyMac", () => {
  test("agree with each other, and answer with what AWS answers with", async () => {
    const MacAlgorithm = "HMAC_SHA_256";
    const KeyId = await contract.newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const Arn = contract.arn(`key/${KeyId}`);
    const made = await answer(contract.kms.generateMac({ KeyId, Message, MacAlgorithm }));
    const { Mac } = made;
    expect(made).toEqual({ KeyId: Arn, Mac, MacAlgorithm });
    expect(Mac).toHaveLength(32);
    const verified = await answer(contract.kms.verifyMac({ KeyId, Message, Mac, MacAlgorithm }));
    expect(verified).toEqual({ KeyId: Arn, MacValid: true, MacAlgorithm });
    const other = { KeyId, Message: Buffer.from("another"), Mac, MacAlgorithm } as const;
    expect(await refusal(contract.kms.verifyMac(other))).toEqual({
      name: "KMSInvalidMacException",
      message: noMessage,
      status: 400,
    });
  });

  test("InvalidKeyUsageException for an algorithm that the key spec does not have", async () => {
    const KeyId = await contract.newKey({ KeySpec: "HMAC_224", KeyUsage: "GENERATE_VERIFY_MAC" });
    const attempt = contract.kms.generateMac({ KeyId, Message, MacAlgorithm: "HMAC_SHA_256" });
    expect(await refusal(attempt)).toEqual({
      name: "InvalidKeyUsageException",
      message: "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.",
      status: 400,
    });
  });
});

describe("asymmetric encryption", () => {
  test("RSA: Decrypt gives back what Encrypt was given, the key and algorithm named", async () => {
    const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
    const KeyId = await contract.newKey({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    const Plaintext = Buffer.from("secret");
    const { CiphertextBlob } = await contract.kms.encrypt({
      KeyId,
      Plaintext,
      EncryptionAlgorithm,
    });
    const opened = await answer(
      contract.kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm }),
    );
    expect({ ...opened, Plaintext: Buffer.from(opened.Plaintext ?? []) }).toEqual({
      KeyId: contract.arn(`key/${KeyId}`),
      Plaintext,
      EncryptionAlgorithm,
    });
    const long = { KeyId, Plaintext: Buffer.alloc(191), EncryptionAlgorithm } as const;
    expect(await refusal(contract.kms.encrypt(long))).toEqual({
      name: "ValidationException",
      message:
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 " +
        "bytes.",
      status: 400,
    });
  });

  test("GenerateDataKeyPair: the private key comes back from its blob", async () => {
    const KeyId = await contract.newKey();
    const made = await answer(
      contract.kms.generateDataKeyPair({ KeyId, KeyPairSpec: "ECC_NIST_P256" }),
    );
    expect(made).toMatchObject({
      KeyId: contract.arn(`key/${KeyId}`),
      KeyPairSpec: "ECC_NIST_P256",
    });
    const CiphertextBlob = made.PrivateKeyCiphertextBlob;
    const { Plaintext } = await contract.kms.decrypt({ CiphertextBlob });
    expect(Plaintext).toEqual(made.PrivateKeyPlaintext);
  });
});
