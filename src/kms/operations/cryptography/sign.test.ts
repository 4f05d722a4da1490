import { createHash, createPublicKey, verify as cryptoVerify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const Message = Buffer.from("to whom it may concern");
const digest = createHash("sha256").update(Message).digest();

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
});
afterAll(async () => await kms.close());

describe("Sign", () => {
  test("gives a signature that the public key verifies", async () => {
    const SigningAlgorithm = "ECDSA_SHA_256";
    const signed = await kms.call("Sign", { KeyId, Message, SigningAlgorithm });
    expect(signed).toEqual({
      KeyId: kms.arn(KeyId),
      Signature: expect.any(Uint8Array),
      SigningAlgorithm,
    });
    const { PublicKey } = await kms.call("GetPublicKey", { KeyId });
    const key = createPublicKey({
      key: Buffer.from(PublicKey ?? []),
      type: "spki",
      format: "der",
    });
    expect(cryptoVerify("sha256", Message, key, signed.Signature ?? Buffer.alloc(0))).toBe(true);
  });

  test("is on record without message or signature", async () => {
    await kms.call("Sign", { KeyId, Message, SigningAlgorithm: "ECDSA_SHA_256" });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "Sign",
      readOnly: true,
      requestParameters: { keyId: KeyId, messageType: "RAW", signingAlgorithm: "ECDSA_SHA_256" },
      responseElements: null,
    });
    expect(JSON.stringify(kms.lastRecord())).not.toContain(Message.toString("base64"));
  });

  test("takes a digest, and Verify does not mind which of both it is given", async () => {
    const SigningAlgorithm = "ECDSA_SHA_256";
    const { Signature } = await kms.call("Sign", {
      KeyId,
      Message: digest,
      MessageType: "DIGEST",
      SigningAlgorithm,
    });
    const verified = await kms.call("Verify", { KeyId, Message, Signature, SigningAlgorithm });
    expect(verified).toEqual({ KeyId: kms.arn(KeyId), SignatureValid: true, SigningAlgorithm });
  });

  test("takes the digest of a message for Ed25519ph, and nothing else", async () => {
    const facts = { KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" } as const;
    const SigningAlgorithm = "ED25519_PH_SHA_512";
    const sound = { KeyId: await kms.newKey(facts), SigningAlgorithm } as const;
    const prepared = { Message: Buffer.alloc(64, 1), MessageType: "DIGEST" } as const;
    const { Signature } = await kms.call("Sign", { ...sound, ...prepared });
    const verified = await kms.call("Verify", { ...sound, ...prepared, Signature });
    expect(verified.SignatureValid).toBe(true);
    expect(await refusal(kms.call("Sign", { ...sound, Message }))).toEqual({
      code: "ValidationException",
      message: "MessageType RAW is not supported for algorithm ED25519_PH_SHA_512.",
    });
    const short = { ...sound, Message: Buffer.alloc(32), MessageType: "DIGEST" } as const;
    expect(await refusal(kms.call("Sign", short))).toEqual({
      code: "ValidationException",
      message: "Digest is invalid length for algorithm ED25519_PH_SHA_512.",
    });
  });

  test("takes µ in place of the message for ML-DSA", async () => {
    const facts = { KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" } as const;
    const SigningAlgorithm = "ML_DSA_SHAKE_256";
    const sound = { KeyId: await kms.newKey(facts), SigningAlgorithm } as const;
    const prepared = { Message: Buffer.alloc(64, 1), MessageType: "EXTERNAL_MU" } as const;
    const { Signature } = await kms.call("Sign", { ...sound, ...prepared });
    const verified = await kms.call("Verify", { ...sound, ...prepared, Signature });
    expect(verified.SignatureValid).toBe(true);
    const asMessage = { ...sound, Message: prepared.Message, Signature };
    expect(await refusal(kms.call("Verify", asMessage))).toMatchObject({
      code: "KMSInvalidSignatureException",
    });
    const short = { ...sound, Message: digest, MessageType: "EXTERNAL_MU" } as const;
    expect(await refusal(kms.call("Sign", short))).toMatchObject({ code: "ValidationException" });
  });

  test("refuses a digest of another length", async () => {
    const input = { KeyId, Message: Buffer.alloc(20), MessageType: "DIGEST" } as const;
    const attempt = kms.call("Sign", { ...input, SigningAlgorithm: "ECDSA_SHA_256" });
    expect(await refusal(attempt)).toEqual({
      code: "ValidationException",
      message: "Digest is invalid length for algorithm ECDSA_SHA_256.",
    });
  });

  test("refuses an algorithm the key spec does not offer", async () => {
    const attempt = kms.call("Sign", { KeyId, Message, SigningAlgorithm: "ECDSA_SHA_384" });
    expect(await refusal(attempt)).toEqual({
      code: "InvalidKeyUsageException",
      message: "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.",
    });
  });

  test("refuses a key of another usage", async () => {
    const mac = await kms.newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const attempt = kms.call("Sign", { KeyId: mac, Message, SigningAlgorithm: "ECDSA_SHA_256" });
    expect(await refusal(attempt)).toEqual({
      code: "InvalidKeyUsageException",
      message: `${kms.arn(mac)} key usage is GENERATE_VERIFY_MAC which is not valid for Sign.`,
    });
  });

  test("answers a dry run without asking the vault to sign", async () => {
    const before = kms.vaultCommands.length;
    const input = { KeyId, Message, SigningAlgorithm: "ECDSA_SHA_256", DryRun: true } as const;
    expect(await refusal(kms.call("Sign", input))).toMatchObject({
      code: "DryRunOperationException",
    });
    expect(kms.vaultCommands.length).toBe(before);
  });
});

describe("Verify", () => {
  test.each([
    ["another message", { Message: Buffer.from("another") }],
    ["a signature that is none", { Signature: Buffer.from("junk") }],
  ])("refuses %s, and says no more", async (_what, wrong) => {
    const SigningAlgorithm = "ECDSA_SHA_256";
    const { Signature } = await kms.call("Sign", { KeyId, Message, SigningAlgorithm });
    const input = { KeyId, Message, Signature, SigningAlgorithm, ...wrong } as const;
    expect(await refusal(kms.call("Verify", input))).toEqual({
      code: "KMSInvalidSignatureException",
      message: undefined,
    });
  });
});
