import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";
import { usagesOf } from "./key-algorithms.ts";
import { keySpecs } from "./key-spec.ts";

const Message = Buffer.alloc(32, 1);
const wrong = Buffer.alloc(64, 2);

/** One well-formed call of every cryptographic operation with every algorithm it names. */
const calls: readonly (readonly [OperationName, JsonObject])[] = [
  ...["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"].flatMap(
    (EncryptionAlgorithm) =>
      [
        ["Encrypt", { Plaintext: Message, EncryptionAlgorithm }],
        ["Decrypt", { CiphertextBlob: wrong, EncryptionAlgorithm }],
      ] as const,
  ),
  ...[
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PSS_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
  ].flatMap((SigningAlgorithm) =>
    ["RAW", "DIGEST", "EXTERNAL_MU"].flatMap(
      (MessageType) =>
        [
          ["Sign", { Message, MessageType, SigningAlgorithm }],
          ["Verify", { Message, MessageType, SigningAlgorithm, Signature: wrong }],
        ] as const,
    ),
  ),
  ...["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"].flatMap(
    (MacAlgorithm) =>
      [
        ["GenerateMac", { Message, MacAlgorithm }],
        ["VerifyMac", { Message, MacAlgorithm, Mac: wrong }],
      ] as const,
  ),
  ["DeriveSharedSecret", { KeyAgreementAlgorithm: "ECDH", PublicKey: wrong }],
  ["Encapsulate", { EncapsulationAlgorithm: "ML_KEM" }],
  ["Decapsulate", { EncapsulationAlgorithm: "ML_KEM", SharedSecretCiphertextBlob: wrong }],
  ["GenerateDataKey", { KeySpec: "AES_256" }],
  ["GenerateDataKeyWithoutPlaintext", { KeySpec: "AES_256" }],
  ["GenerateDataKeyPair", { KeyPairSpec: "ECC_NIST_P256" }],
  ["GetPublicKey", {}],
  ["EnableKeyRotation", {}],
  ["RotateKeyOnDemand", {}],
  ["GetKeyRotationStatus", {}],
];

const specs: readonly KeySpec[] = keySpecs.filter((spec) => spec !== "SM2");
const kinds = specs.flatMap((KeySpec) =>
  usagesOf(KeySpec).map((KeyUsage) => [KeySpec, KeyUsage] as const),
);

describe("every operation with every kind of key", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test.each(kinds)(
    "of %s for %s works or is refused, and never fails",
    async (KeySpec, KeyUsage) => {
      const KeyId = await kms.newKey({ KeySpec, KeyUsage });
      const codes = new Set<string>();
      for (const [name, input] of calls) {
        const attempt = kms.send(name, { KeyId, ...input });
        const code = await attempt.then(
          () => "done",
          (error: { code: string; status: number }) => {
            expect([name, input, error.status]).toEqual([name, input, 400]);
            return error.code;
          },
        );
        codes.add(code);
      }
      // Each kind of key is good for something, and not for everything.
      expect(codes).toContain("done");
      expect(codes).toContain("InvalidKeyUsageException");
    },
  );

  test.each<[KeySpec, KeyUsageType]>([
    ["RSA_2048", "KEY_AGREEMENT"],
    ["ECC_SECG_P256K1", "KEY_AGREEMENT"],
    ["ECC_NIST_P256", "ENCRYPT_DECRYPT"],
    ["HMAC_256", "SIGN_VERIFY"],
    ["ML_KEM_512", "SIGN_VERIFY"],
    ["SYMMETRIC_DEFAULT", "SIGN_VERIFY"],
  ])("cannot be made of %s for %s", async (KeySpec, KeyUsage) => {
    await expect(kms.call("CreateKey", { KeySpec, KeyUsage })).rejects.toMatchObject({
      code: "ValidationException",
      message: `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`,
    });
  });
});
