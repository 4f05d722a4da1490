import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const secret = Buffer.from("correct horse battery staple");

describe("ReEncrypt", () => {
  let kms: KmsBench;
  let from: string;
  let to: string;
  let CiphertextBlob: Uint8Array;
  const SourceEncryptionContext = { Project: "Alpha" };
  const DestinationEncryptionContext = { Level: "3A" };

  beforeAll(async () => {
    kms = await kmsBench();
    from = await kms.newKey();
    to = await kms.newKey();
    const input = { KeyId: from, Plaintext: secret, EncryptionContext: SourceEncryptionContext };
    CiphertextBlob = (await kms.call("Encrypt", input)).CiphertextBlob ?? new Uint8Array();
  });
  afterAll(async () => await kms.close());

  const moved = () => ({
    CiphertextBlob,
    SourceEncryptionContext,
    DestinationKeyId: to,
    DestinationEncryptionContext,
  });

  async function materialOf(KeyId: string): Promise<string | undefined> {
    return (await kms.call("DescribeKey", { KeyId })).KeyMetadata?.CurrentKeyMaterialId;
  }

  test("answers with both keys' ARNs, algorithms and key material ids, and the new blob", async () => {
    expect(await kms.call("ReEncrypt", moved())).toEqual({
      CiphertextBlob: expect.any(Uint8Array) as unknown,
      SourceKeyId: kms.arn(from),
      KeyId: kms.arn(to),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: await materialOf(from),
      DestinationKeyMaterialId: await materialOf(to),
    });
  });

  test("moves a blob to another key and context: it opens there and only there", async () => {
    const output = await kms.call("ReEncrypt", moved());
    const blob = output.CiphertextBlob;
    const there = { CiphertextBlob: blob, EncryptionContext: DestinationEncryptionContext };
    const opened = await kms.call("Decrypt", there);
    expect(opened.KeyId).toBe(kms.arn(to));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(secret);
    const before = { CiphertextBlob: blob, EncryptionContext: SourceEncryptionContext };
    expect(await refusal(kms.call("Decrypt", before))).toMatchObject({
      code: "InvalidCiphertextException",
    });
  });

  test("works within one key", async () => {
    const output = await kms.call("ReEncrypt", { ...moved(), DestinationKeyId: from });
    expect(output).toMatchObject({ SourceKeyId: kms.arn(from), KeyId: kms.arn(from) });
  });

  test("keeps the plaintext in the vault: one command, no decrypt", async () => {
    const before = kms.vaultCommands.length;
    await kms.call("ReEncrypt", moved());
    expect(kms.vaultCommands.slice(before)).toEqual(["reEncrypt"]);
  });

  test("is on record with source, then destination", async () => {
    await kms.call("ReEncrypt", moved());
    const record = kms.lastRecord();
    expect(record["requestParameters"]).toEqual({
      sourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      sourceEncryptionContext: SourceEncryptionContext,
      destinationKeyId: to,
      destinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      destinationEncryptionContext: DestinationEncryptionContext,
    });
    expect(record).toMatchObject({
      readOnly: true,
      responseElements: null,
      additionalEventData: {
        sourceKeyMaterialId: await materialOf(from),
        destinationKeyMaterialId: await materialOf(to),
      },
      resources: [{ ARN: kms.arn(from) }, { ARN: kms.arn(to) }],
    });
  });

  test("counts as use of both keys", async () => {
    await kms.call("ReEncrypt", moved());
    const { eventID } = kms.lastRecord();
    for (const KeyId of [from, to]) {
      const { KeyLastUsage } = await kms.call("GetKeyLastUsage", { KeyId });
      expect(KeyLastUsage).toMatchObject({ Operation: "ReEncrypt", CloudTrailEventId: eventID });
    }
  });

  test("IncorrectKeyException for a source key that the blob does not name", async () => {
    expect(await refusal(kms.call("ReEncrypt", { ...moved(), SourceKeyId: to }))).toEqual({
      code: "IncorrectKeyException",
      message: "The key ID in the request does not identify a CMK that can perform this operation.",
    });
  });

  test("InvalidCiphertextException for another context than the blob's", async () => {
    const input = { ...moved(), SourceEncryptionContext: { Project: "Beta" } };
    expect(await refusal(kms.call("ReEncrypt", input))).toEqual({
      code: "InvalidCiphertextException",
      message: undefined,
    });
  });

  test("DisabledException names the key at fault, on either side", async () => {
    const off = await kms.newKey();
    const made = await kms.call("Encrypt", { KeyId: off, Plaintext: secret });
    await kms.call("DisableKey", { KeyId: off });
    const disabled = { code: "DisabledException", message: `${kms.arn(off)} is disabled.` };
    const toIt = kms.call("ReEncrypt", { ...moved(), DestinationKeyId: off });
    expect(await refusal(toIt)).toEqual(disabled);
    const fromIt = { CiphertextBlob: made.CiphertextBlob, DestinationKeyId: to };
    expect(await refusal(kms.call("ReEncrypt", fromIt))).toEqual(disabled);
  });

  test("InvalidKeyUsageException for an algorithm of another kind of key, on either side", async () => {
    const named = { ...moved(), SourceKeyId: from };
    for (const member of ["SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm"]) {
      expect(await refusal(kms.send("ReEncrypt", { ...named, [member]: "SM2PKE" }))).toEqual({
        code: "InvalidKeyUsageException",
        message: "Algorithm SM2PKE is incompatible with key spec SYMMETRIC_DEFAULT.",
      });
    }
  });

  test("ValidationException without a destination, and without a blob", async () => {
    const { DestinationKeyId: _left, ...rest } = moved();
    expect(await refusal(kms.send("ReEncrypt", rest))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value null at 'destinationKeyId' failed to satisfy " +
        "constraint: Member must not be null",
    });
    expect(await refusal(kms.send("ReEncrypt", { DestinationKeyId: to }))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy " +
        "constraint: Member must not be null",
    });
  });

  test.each(["SourceEncryptionContext", "DestinationEncryptionContext"])(
    "ValidationException for a %s with an empty value",
    async (member) => {
      expect(await refusal(kms.send("ReEncrypt", { ...moved(), [member]: { a: "" } }))).toEqual({
        code: "ValidationException",
        message: "Invalid EncryptionContext",
      });
    },
  );

  test("answers a dry run with a refusal and makes nothing", async () => {
    const before = kms.vaultCommands.length;
    expect(await refusal(kms.call("ReEncrypt", { ...moved(), DryRun: true }))).toEqual({
      code: "DryRunOperationException",
      message: "The request would have succeeded, but the DryRun option is set.",
    });
    expect(kms.vaultCommands).toHaveLength(before);
  });
});
