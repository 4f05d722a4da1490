import { createPublicKey } from "node:crypto";
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;
const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;

function allow(action: string, condition: object = {}): object {
  const Principal = { AWS: "arn:aws:iam::111122223333:root" };
  return { Effect: "Allow", Principal, Action: action, Resource: "*", ...condition };
}

describe("GetParametersForImport", () => {
  let kms: KmsBench;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  /** One key of each kind is enough: nothing is imported here. */
  async function keyOf(KeySpec: CreateKeyRequest["KeySpec"] = "SYMMETRIC_DEFAULT") {
    const known = keys.get(KeySpec);
    if (known !== undefined) return known;
    const KeyUsage =
      KeySpec === "SYMMETRIC_DEFAULT"
        ? "ENCRYPT_DECRYPT"
        : KeySpec.startsWith("HMAC")
          ? "GENERATE_VERIFY_MAC"
          : "SIGN_VERIFY";
    const KeyId = await kms.newKey({ Origin: "EXTERNAL", KeySpec, KeyUsage });
    keys.set(KeySpec, KeyId);
    return KeyId;
  }

  test.each([
    ["RSA_2048", 2048],
    ["RSA_3072", 3072],
    ["RSA_4096", 4096],
  ] as const)("gives an RSA key of %s, a token, and a day", async (WrappingKeySpec, bits) => {
    const KeyId = await keyOf();
    const input = { KeyId, ...wrapping, WrappingKeySpec };
    const output = await kms.call("GetParametersForImport", input);
    expect(Object.keys(output).toSorted()).toEqual(
      ["ImportToken", "KeyId", "ParametersValidTo", "PublicKey"].toSorted(),
    );
    expect(output.KeyId).toBe(kms.arn(KeyId));
    expect(output.ParametersValidTo).toEqual(new Date(kms.nowMs + day));
    const key = Buffer.from(output.PublicKey ?? []);
    const publicKey = createPublicKey({ key, type: "spki", format: "der" });
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(bits);
  });

  test("makes another key and token each time", async () => {
    const KeyId = await keyOf();
    const one = await kms.call("GetParametersForImport", { KeyId, ...wrapping });
    const other = await kms.call("GetParametersForImport", { KeyId, ...wrapping });
    expect(other.PublicKey).not.toEqual(one.PublicKey);
    expect(other.ImportToken).not.toEqual(one.ImportToken);
  });

  test("is on record as a read, without token and public key", async () => {
    const KeyId = await keyOf();
    await kms.call("GetParametersForImport", { KeyId, ...wrapping });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "GetParametersForImport",
      readOnly: true,
      responseElements: null,
    });
    expect(kms.lastRecord()["requestParameters"]).toEqual({
      keyId: KeyId,
      wrappingAlgorithm: "RSAES_OAEP_SHA_256",
      wrappingKeySpec: "RSA_2048",
    });
  });

  test.each([
    ["SYMMETRIC_DEFAULT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"],
    ["HMAC_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_4096"],
    ["RSA_2048", "RSAES_OAEP_SHA_256", "RSA_4096"],
    ["ECC_NIST_P521", "RSAES_OAEP_SHA_1", "RSA_2048"],
    ["SYMMETRIC_DEFAULT", "RSAES_PKCS1_V1_5", "RSA_2048"],
    ["SYMMETRIC_DEFAULT", "SM2PKE", "SM2"],
    ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "SM2"],
  ] as const)(
    "UnsupportedOperationException for %s with %s and %s",
    async (KeySpec, WrappingAlgorithm, WrappingKeySpec) => {
      const KeyId = await keyOf(KeySpec);
      const input = { KeyId, WrappingAlgorithm, WrappingKeySpec };
      expect(await refusal(kms.call("GetParametersForImport", input))).toEqual({
        code: "UnsupportedOperationException",
        message:
          `Wrapping algorithm ${WrappingAlgorithm} with wrapping key spec ${WrappingKeySpec} ` +
          `is not supported for key spec ${KeySpec}.`,
      });
    },
  );

  test("UnsupportedOperationException for a key whose material KMS made, whatever its state", async () => {
    const KeyId = await kms.newKey();
    const refused = {
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is AWS_KMS which is not valid for this operation.`,
    };
    const attempt = async () =>
      await refusal(kms.call("GetParametersForImport", { KeyId, ...wrapping }));
    expect(await attempt()).toEqual(refused);
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await attempt()).toEqual(refused);
  });

  test("KMSInvalidStateException for a key that is pending deletion", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await refusal(kms.call("GetParametersForImport", { KeyId, ...wrapping }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending deletion.`,
    });
  });

  test("AccessDeniedException where the policy asks for another way of wrapping", async () => {
    const condition = {
      "kms:WrappingAlgorithm": "RSAES_OAEP_SHA_1",
      "kms:WrappingKeySpec": "RSA_4096",
    };
    const Policy = JSON.stringify({
      Statement: [
        allow("kms:PutKeyPolicy"),
        allow("kms:GetParametersForImport", { Condition: { StringEquals: condition } }),
      ],
    });
    const KeyId = await kms.newKey({ Origin: "EXTERNAL", Policy });
    const attempt = kms.call("GetParametersForImport", { KeyId, ...wrapping });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
    await kms.call("GetParametersForImport", {
      KeyId,
      WrappingAlgorithm: "RSAES_OAEP_SHA_1",
      WrappingKeySpec: "RSA_4096",
    });
  });

  test("NotFoundException for an alias in the place of a key", async () => {
    const attempt = kms.call("GetParametersForImport", { KeyId: "alias/any", ...wrapping });
    expect((await refusal(attempt)).code).toBe("NotFoundException");
  });
});
