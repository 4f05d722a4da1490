import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const secret = Buffer.from("correct horse battery staple");
const invalid = { code: "InvalidCiphertextException", message: undefined };
const incorrectKey = {
  code: "IncorrectKeyException",
  message: "The key ID in the request does not identify a CMK that can perform this operation.",
};
const foreign = { accountId: "444455556666" };

describe("Decrypt", () => {
  let kms: KmsBench;
  let KeyId: string;
  let other: string;
  let CiphertextBlob: Uint8Array;

  async function encrypt(keyId: string, EncryptionContext = {}): Promise<Uint8Array> {
    const input = { KeyId: keyId, Plaintext: secret, EncryptionContext };
    const output = await kms.call("Encrypt", input);
    return output.CiphertextBlob ?? new Uint8Array();
  }

  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
    other = await kms.newKey();
    CiphertextBlob = await encrypt(KeyId);
    await kms.call("CreateAlias", { AliasName: "alias/own", TargetKeyId: KeyId });
  });
  afterAll(async () => await kms.close());

  test("answers with the plaintext, the key's ARN, the algorithm and the key material id", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(await kms.call("Decrypt", { CiphertextBlob })).toEqual({
      KeyId: kms.arn(KeyId),
      Plaintext: secret,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyMaterialId: KeyMetadata?.CurrentKeyMaterialId,
    });
  });

  test("takes the key in every form a key can be named by", async () => {
    for (const reference of [KeyId, kms.arn(KeyId), "alias/own", aliasArn("own")]) {
      const { Plaintext } = await kms.call("Decrypt", { CiphertextBlob, KeyId: reference });
      expect(Buffer.from(Plaintext ?? [])).toEqual(secret);
    }
  });

  test("is on record without key id when none was sent, and without plaintext and blob", async () => {
    const context = { Department: "Engineering" };
    const blob = await encrypt(KeyId, context);
    await kms.call("Decrypt", { CiphertextBlob: blob, EncryptionContext: context });
    const record = kms.lastRecord();
    expect(record["requestParameters"]).toEqual({
      encryptionAlgorithm: "SYMMETRIC_DEFAULT",
      encryptionContext: context,
    });
    expect(record).toMatchObject({ readOnly: true, responseElements: null });
    expect(record["resources"]).toMatchObject([{ ARN: kms.arn(KeyId) }]);
    const line = JSON.stringify(record);
    for (const bytes of [secret, Buffer.from(blob)]) {
      expect(line).not.toContain(bytes.toString("base64").slice(0, 24));
      expect(line).not.toContain(bytes.toString("hex").slice(0, 24));
    }
  });

  test("shows a failed attempt on record with the code alone", async () => {
    await refusal(kms.call("Decrypt", { CiphertextBlob, EncryptionContext: { a: "b" } }));
    const record = kms.lastRecord();
    expect(record).toMatchObject({
      errorCode: "InvalidCiphertextException",
      responseElements: null,
    });
    expect(record).not.toHaveProperty("errorMessage");
    expect(record).not.toHaveProperty("additionalEventData");
  });

  test.each([
    ["no encryption context", {}],
    ["a context with one pair more", { a: "1", b: "2", c: "3" }],
    ["a context with one pair less", { a: "1" }],
    ["a context in other capitals", { A: "1", b: "2" }],
    ["a context with names and values exchanged", { "1": "a", "2": "b" }],
  ])("InvalidCiphertextException for %s", async (_what, EncryptionContext) => {
    const blob = await encrypt(KeyId, { a: "1", b: "2" });
    const attempt = kms.call("Decrypt", { CiphertextBlob: blob, EncryptionContext });
    expect(await refusal(attempt)).toEqual(invalid);
  });

  test("InvalidCiphertextException for bytes from elsewhere", async () => {
    for (const bytes of ["x", "SKM", "AQICAHh".repeat(40)]) {
      const attempt = kms.call("Decrypt", { CiphertextBlob: Buffer.from(bytes) });
      expect(await refusal(attempt)).toEqual(invalid);
    }
  });

  test("IncorrectKeyException for a key that the blob does not name, known or foreign", async () => {
    expect(await refusal(kms.call("Decrypt", { CiphertextBlob, KeyId: other }))).toEqual(
      incorrectKey,
    );
    const theirs = await kms.newKey({}, foreign);
    const attempt = kms.call("Decrypt", { CiphertextBlob, KeyId: theirs }, foreign);
    expect(await refusal(attempt)).toEqual(incorrectKey);
  });

  test("AccessDeniedException for the blob of another account or Region, key named or not", async () => {
    const message =
      "is not authorized to perform: kms:Decrypt on this resource because the resource does " +
      "not exist in this Region, no resource-based policies allow access, or a " +
      "resource-based policy explicitly denies access";
    expect(await refusal(kms.call("Decrypt", { CiphertextBlob }, foreign))).toEqual({
      code: "AccessDeniedException",
      message: `User: arn:aws:iam::444455556666:root ${message}`,
    });
    const named = { CiphertextBlob, KeyId: kms.arn(KeyId) };
    expect(await refusal(kms.call("Decrypt", named, foreign))).toEqual({
      code: "AccessDeniedException",
      message: `User: arn:aws:iam::444455556666:root ${message}`,
    });
    const elsewhere = kms.call("Decrypt", { CiphertextBlob }, { region: "us-east-1" });
    expect(await refusal(elsewhere)).toEqual({
      code: "AccessDeniedException",
      message: `User: arn:aws:iam::111122223333:root ${message}`,
    });
    expect(kms.lastRecord()).toMatchObject({ errorCode: "AccessDenied", requestParameters: null });
  });

  test("InvalidKeyUsageException for an algorithm of another kind of key", async () => {
    const input = { CiphertextBlob, KeyId, EncryptionAlgorithm: "RSAES_OAEP_SHA_256" as const };
    expect(await refusal(kms.call("Decrypt", input))).toEqual({
      code: "InvalidKeyUsageException",
      message: "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.",
    });
  });

  test("ValidationException without a blob, with an empty one and with one over 6,144 bytes", async () => {
    const head = "1 validation error detected: Value";
    const failed = "at 'ciphertextBlob' failed to satisfy constraint: Member must";
    expect(await refusal(kms.send("Decrypt", { KeyId }))).toEqual({
      code: "ValidationException",
      message: `${head} null ${failed} not be null`,
    });
    expect(await refusal(kms.send("Decrypt", { CiphertextBlob: Buffer.alloc(0) }))).toEqual({
      code: "ValidationException",
      message: `${head} ${failed} have length greater than or equal to 1`,
    });
    expect(await refusal(kms.send("Decrypt", { CiphertextBlob: Buffer.alloc(6145) }))).toEqual({
      code: "ValidationException",
      message: `${head} ${failed} have length less than or equal to 6144`,
    });
  });

  test("dry run: the refusal of a call that would have succeeded, and of one that would not", async () => {
    const dry = { CiphertextBlob, DryRun: true };
    expect(await refusal(kms.call("Decrypt", dry))).toMatchObject({
      code: "DryRunOperationException",
    });
    expect(await refusal(kms.call("Decrypt", { ...dry, KeyId: other }))).toEqual(incorrectKey);
  });

  test("dry run without a blob: only with IGNORE_CIPHERTEXT, and then a key must be named", async () => {
    const DryRunModifiers = ["IGNORE_CIPHERTEXT" as const];
    const dry = { DryRun: true, DryRunModifiers };
    expect(
      await refusal(kms.call("Decrypt", { ...dry, KeyId, CiphertextBlob: undefined })),
    ).toEqual({
      code: "DryRunOperationException",
      message: "The request would have succeeded, but the DryRun option is set.",
    });
    expect(await refusal(kms.send("Decrypt", dry))).toMatchObject({ code: "ValidationException" });
    expect(await refusal(kms.send("Decrypt", { KeyId, DryRunModifiers }))).toMatchObject({
      code: "ValidationException",
    });
    expect(await refusal(kms.send("Decrypt", { KeyId, DryRun: true }))).toMatchObject({
      code: "ValidationException",
    });
  });
});

function aliasArn(name: string): string {
  return `arn:aws:kms:eu-west-1:111122223333:alias/${name}`;
}
