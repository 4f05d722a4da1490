import { createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const peer = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const PublicKey = peer.publicKey.export({ type: "spki", format: "der" });

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
});
afterAll(async () => await kms.close());

describe("DeriveSharedSecret", () => {
  test("gives what the other side derives", async () => {
    const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey } as const;
    const derived = await kms.call("DeriveSharedSecret", input);
    const { PublicKey: own } = await kms.call("GetPublicKey", { KeyId });
    const publicKey = createPublicKey({ key: Buffer.from(own ?? []), type: "spki", format: "der" });
    expect(derived).toEqual({
      KeyId: kms.arn(KeyId),
      SharedSecret: diffieHellman({ privateKey: peer.privateKey, publicKey }),
      KeyAgreementAlgorithm: "ECDH",
      KeyOrigin: "AWS_KMS",
    });
  });

  test("refuses a public key it cannot read without a word", async () => {
    const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: Buffer.from("junk") } as const;
    expect(await refusal(kms.call("DeriveSharedSecret", input))).toEqual({
      code: "ValidationException",
      message: undefined,
    });
  });

  test("looks at the key's usage before the public key", async () => {
    const signing = await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const attempt = kms.call("DeriveSharedSecret", {
      KeyId: signing,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: Buffer.from("junk"),
    });
    expect(await refusal(attempt)).toEqual({
      code: "InvalidKeyUsageException",
      message:
        `${kms.arn(signing)} key usage is SIGN_VERIFY which is not valid for ` +
        "DeriveSharedSecret.",
    });
  });
});
