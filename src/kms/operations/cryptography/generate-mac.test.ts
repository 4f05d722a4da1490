import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const Message = Buffer.from("a message");

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
});
afterAll(async () => await kms.close());

describe("GenerateMac and VerifyMac", () => {
  test("agree on a MAC", async () => {
    const MacAlgorithm = "HMAC_SHA_256";
    const made = await kms.call("GenerateMac", { KeyId, Message, MacAlgorithm });
    expect(made).toEqual({ KeyId: kms.arn(KeyId), Mac: expect.any(Uint8Array), MacAlgorithm });
    const verified = await kms.call("VerifyMac", { KeyId, Message, MacAlgorithm, Mac: made.Mac });
    expect(verified).toEqual({ KeyId: kms.arn(KeyId), MacValid: true, MacAlgorithm });
    expect(kms.lastRecord()).toMatchObject({
      requestParameters: { keyId: KeyId, macAlgorithm: MacAlgorithm },
    });
  });

  test("refuse a MAC of something else, and say no more", async () => {
    const attempt = kms.call("VerifyMac", {
      KeyId,
      Message,
      MacAlgorithm: "HMAC_SHA_256",
      Mac: Buffer.alloc(32),
    });
    expect(await refusal(attempt)).toEqual({ code: "KMSInvalidMacException", message: undefined });
  });

  test("refuse another algorithm before they compare", async () => {
    const input = { KeyId, Message, MacAlgorithm: "HMAC_SHA_512", Mac: Buffer.alloc(64) } as const;
    expect(await refusal(kms.call("VerifyMac", input))).toEqual({
      code: "InvalidKeyUsageException",
      message: "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.",
    });
  });

  test("refuse a key that encrypts", async () => {
    const other = await kms.newKey();
    const attempt = kms.call("GenerateMac", {
      KeyId: other,
      Message,
      MacAlgorithm: "HMAC_SHA_256",
    });
    expect(await refusal(attempt)).toEqual({
      code: "InvalidKeyUsageException",
      message: `${kms.arn(other)} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.`,
    });
  });
});
