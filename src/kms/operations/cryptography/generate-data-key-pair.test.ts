import { createPrivateKey, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

describe("GenerateDataKeyPair", () => {
  test("gives both halves, and the private one sealed under its encryption context", async () => {
    const EncryptionContext = { tenant: "a" };
    const input = { KeyId, KeyPairSpec: "ECC_NIST_P256", EncryptionContext } as const;
    const pair = await kms.call("GenerateDataKeyPair", input);
    expect(Object.keys(pair).toSorted()).toEqual([
      "KeyId",
      "KeyMaterialId",
      "KeyPairSpec",
      "PrivateKeyCiphertextBlob",
      "PrivateKeyPlaintext",
      "PublicKey",
    ]);
    const key = Buffer.from(pair.PrivateKeyPlaintext ?? []);
    const own = createPublicKey(createPrivateKey({ key, type: "pkcs8", format: "der" }));
    expect(own.export({ type: "spki", format: "der" })).toEqual(Buffer.from(pair.PublicKey ?? []));
    const opened = await kms.call("Decrypt", {
      CiphertextBlob: pair.PrivateKeyCiphertextBlob,
      EncryptionContext,
    });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(key);
  });

  const bursts = { timeout: 60_000 };
  test("throttles an account with too many RSA pairs at once, and no other", bursts, async () => {
    const other = { accountId: "444455556666" };
    const ofOther = { KeyId: await kms.newKey({}, other), KeyPairSpec: "RSA_2048" } as const;
    const calls = Array.from(
      { length: 40 },
      async () => await kms.call("GenerateDataKeyPair", { KeyId, KeyPairSpec: "RSA_2048" }),
    );
    const outcomes = Promise.allSettled(calls);
    expect(await kms.call("GenerateDataKeyPair", ofOther, other)).toHaveProperty("PublicKey");
    const refused = (await outcomes).filter(({ status }) => status === "rejected");
    const reason = expect.objectContaining({
      code: "ThrottlingException",
      message: expect.stringContaining("exceeded the rate") as string,
      status: 400,
    });
    expect(refused).toEqual(Array.from({ length: 8 }, () => ({ status: "rejected", reason })));
    expect(kms.records.filter(({ errorCode }) => errorCode === "ThrottlingException")).toHaveLength(
      8,
    );
  });

  test("leaves the plaintext out when it is asked to", async () => {
    const input = { KeyId, KeyPairSpec: "ECC_NIST_P256" } as const;
    const pair = await kms.call("GenerateDataKeyPairWithoutPlaintext", input);
    expect(pair).not.toHaveProperty("PrivateKeyPlaintext");
    expect(kms.vaultCommands).toContain("generateDataKeyPairWithoutPlaintext");
    expect(kms.lastRecord()).toMatchObject({
      requestParameters: { keyId: KeyId, keyPairSpec: "ECC_NIST_P256" },
    });
  });

  test("needs a symmetric key to seal with", async () => {
    const rsa = await kms.newKey({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    const attempt = kms.call("GenerateDataKeyPair", { KeyId: rsa, KeyPairSpec: "ECC_NIST_P256" });
    expect(await refusal(attempt)).toMatchObject({ code: "InvalidKeyUsageException" });
  });

  test("refuses SM2, which AWS offers in China only", async () => {
    const attempt = kms.call("GenerateDataKeyPair", { KeyId, KeyPairSpec: "SM2" });
    expect(await refusal(attempt)).toMatchObject({ code: "UnsupportedOperationException" });
  });
});
