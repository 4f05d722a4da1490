import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { Input } from "./contract.ts";
import { grantOperations } from "./grant-operations.ts";

const GranteePrincipal = "arn:aws:iam::444455556666:root";

const refused = async (input: JsonObject) =>
  await refusal(kms.send("CreateGrant", { GranteePrincipal, ...input }));

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("what a grant can allow", () => {
  const everyKey = ["CreateGrant", "RetireGrant", "DescribeKey"];
  const encryption = ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"];
  const dataKeys = ["", "WithoutPlaintext", "Pair", "PairWithoutPlaintext"].map(
    (kind) => `GenerateDataKey${kind}`,
  );
  test.each<[Input<"CreateKey">, readonly string[]]>([
    [{}, [...encryption, ...dataKeys]],
    [{ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }, [...encryption, "GetPublicKey"]],
    [{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, ["Sign", "Verify", "GetPublicKey"]],
    [{ KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" }, ["Sign", "Verify", "GetPublicKey"]],
    [
      { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
      ["DeriveSharedSecret", "GetPublicKey"],
    ],
    [{ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, ["GenerateMac", "VerifyMac"]],
    [
      { KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" },
      ["Encapsulate", "Decapsulate", "GetPublicKey"],
    ],
  ])("on a key made with %j", async (input, own) => {
    const key = await kms.newKey(input);
    for (const operation of grantOperations) {
      const attempt = kms.send("CreateGrant", {
        KeyId: key,
        GranteePrincipal,
        Operations: ["DescribeKey", operation],
      });
      const code = await attempt.then(
        () => "granted",
        async () => (await refusal(attempt)).code,
      );
      const fits = everyKey.includes(operation) || own.includes(operation);
      expect([operation, code]).toEqual([operation, fits ? "granted" : "ValidationException"]);
    }
  });

  test.each([
    { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" },
    { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  ] as const)("ValidationException for an encryption context on $KeySpec", async (input) => {
    const key = { KeyId: await kms.newKey(input), Operations: ["DescribeKey"] };
    for (const name of ["EncryptionContextEquals", "EncryptionContextSubset"]) {
      expect(await refused({ ...key, Constraints: { [name]: { a: "1" } } })).toEqual({
        code: "ValidationException",
        message: "Encryption context constraints are valid for symmetric encryption keys only.",
      });
    }
    await kms.send("CreateGrant", {
      ...key,
      GranteePrincipal,
      Constraints: { SourceArn: "arn:aws:s3:::b" },
    });
  });
});
