import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const secret = Buffer.from("correct horse battery staple");
const plaintexts = fc.uint8Array({ minLength: 1, maxLength: 4096 });
const text = fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" });
const contexts = fc.dictionary(text, text, { maxKeys: 5 });

describe("Encrypt", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
  });
  afterAll(async () => await kms.close());

  test("gives back through Decrypt exactly what went in", async () => {
    await fc.assert(
      fc.asyncProperty(plaintexts, contexts, async (Plaintext, EncryptionContext) => {
        const sealed = await kms.call("Encrypt", { KeyId, Plaintext, EncryptionContext });
        const opened = await kms.call("Decrypt", { ...sealed, EncryptionContext });
        expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext));
      }),
    );
  });

  test("binds the encryption context: Decrypt refuses any other", async () => {
    const input = { KeyId, Plaintext: secret };
    const sealed = await kms.call("Encrypt", { ...input, EncryptionContext: { tenant: "a" } });
    const attempt = kms.call("Decrypt", { ...sealed, EncryptionContext: { tenant: "b" } });
    await expect(attempt).rejects.toMatchObject({ code: "InvalidCiphertextException" });
  });

  test("answers with the key's ARN, the algorithm and a blob, and nothing more", async () => {
    const output = await kms.call("Encrypt", { KeyId, Plaintext: secret });
    expect(output).toEqual({
      CiphertextBlob: expect.any(Uint8Array) as unknown,
      KeyId: kms.arn(KeyId),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
    expect(output.CiphertextBlob).toHaveLength(secret.length + 114);
  });

  test("never makes the same blob twice", async () => {
    const blobs = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: secret });
      blobs.add(Buffer.from(CiphertextBlob ?? []).toString("hex"));
    }
    expect(blobs.size).toBe(20);
  });

  test("is on record with the key as the caller named it, the context, and no plaintext", async () => {
    const input = { KeyId, Plaintext: secret, EncryptionContext: { tenant: "a" } };
    await kms.call("Encrypt", input);
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    const record = kms.records.at(-2);
    expect(record).toMatchObject({
      eventName: "Encrypt",
      readOnly: true,
      responseElements: null,
      additionalEventData: { keyMaterialId: KeyMetadata?.CurrentKeyMaterialId },
      resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(KeyId) }],
    });
    expect(record?.["requestParameters"]).toEqual({
      keyId: KeyId,
      encryptionAlgorithm: "SYMMETRIC_DEFAULT",
      encryptionContext: { tenant: "a" },
    });
    const line = JSON.stringify(record);
    expect(line).not.toContain(secret.toString());
    expect(line).not.toContain(secret.toString("base64"));
  });

  test("refuses an algorithm that the key does not have", async () => {
    const input = { KeyId, Plaintext: secret, EncryptionAlgorithm: "RSAES_OAEP_SHA_1" as const };
    expect(await refusal(kms.call("Encrypt", input))).toEqual({
      code: "InvalidKeyUsageException",
      message: "Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.",
    });
  });

  test.each([0, 4097])("refuses a plaintext of %d bytes without showing it", async (length) => {
    const { code, message } = await refusal(
      kms.call("Encrypt", { KeyId, Plaintext: Buffer.alloc(length, "s") }),
    );
    expect(code).toBe("ValidationException");
    expect(message).toBe(
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: " +
        `Member must have length ${length === 0 ? "greater than or equal to 1" : "less than or equal to 4096"}`,
    );
  });

  test.each([
    ["a name", { "": "x" }],
    ["a value", { x: "" }],
  ])(
    "refuses an encryption context with an empty %s, before the key is looked for",
    async (_what, EncryptionContext) => {
      const unknown = "00000000-0000-4000-8000-000000000000";
      const input = { KeyId: unknown, Plaintext: secret, EncryptionContext };
      expect(await refusal(kms.call("Encrypt", input))).toEqual({
        code: "ValidationException",
        message: "Invalid EncryptionContext",
      });
    },
  );

  test("refuses lone surrogates in an encryption context: as bytes they would be one another", async () => {
    for (const EncryptionContext of [{ "\ud800": "x" }, { x: "\udfff" }]) {
      expect(
        await refusal(kms.call("Encrypt", { KeyId, Plaintext: secret, EncryptionContext })),
      ).toEqual({
        code: "ValidationException",
        message: "Invalid EncryptionContext",
      });
    }
  });

  test("refuses an encryption context in a dry run as it would otherwise", async () => {
    const input = { KeyId, Plaintext: secret, EncryptionContext: { x: "" }, DryRun: true };
    expect(await refusal(kms.call("Encrypt", input))).toMatchObject({
      code: "ValidationException",
    });
  });

  test("answers a dry run that would have succeeded with a refusal, and asks nothing of the vault", async () => {
    const before = kms.vaultCommands.length;
    expect(await refusal(kms.call("Encrypt", { KeyId, Plaintext: secret, DryRun: true }))).toEqual({
      code: "DryRunOperationException",
      message: "The request would have succeeded, but the DryRun option is set.",
    });
    expect(kms.vaultCommands).toHaveLength(before);
    expect(kms.lastRecord()).toMatchObject({
      errorCode: "DryRunOperationException",
      requestParameters: { keyId: KeyId, dryRun: true },
      responseElements: null,
    });
  });

  test("refuses a grant token, and shows it neither to the caller nor on record", async () => {
    const GrantTokens = ["AQpAM2RhZTk1MGMy-canary"];
    expect(await refusal(kms.call("Encrypt", { KeyId, Plaintext: secret, GrantTokens }))).toEqual({
      code: "InvalidGrantTokenException",
      message: undefined,
    });
    const tooMany = { KeyId, Plaintext: secret, GrantTokens: Array(11).fill(GrantTokens[0]) };
    const { code, message } = await refusal(kms.send("Encrypt", tooMany));
    expect({ code, message }).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: " +
        "Member must have length less than or equal to 10",
    });
    expect(JSON.stringify(kms.records.slice(-2))).not.toContain("canary");
  });
});
