import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, noMessage, refusal, startContract } from "./contract.ts";

let contract: Contract;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  contract = await startContract();
  KeyId = await contract.newKey();
  Arn = contract.arn(`key/${KeyId}`);
});
afterAll(async () => await contract.stop());

const EncryptionContext = { purpose: "test", tenant: "7" };
const KeyMaterialId = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
const bytes = expect.any(Uint8Array) as unknown;

async function encrypted(plaintext: Uint8Array, context: Record<string, string> = {}) {
  const input = { KeyId, Plaintext: plaintext, EncryptionContext: context };
  const { CiphertextBlob = new Uint8Array() } = await contract.kms.encrypt(input);
  return CiphertextBlob;
}

describe("Encrypt and Decrypt", () => {
  test.each([1, 32, 4096])("bring back a plaintext of %d bytes", async (length) => {
    const Plaintext = randomBytes(length);
    const sealed = await answer(contract.kms.encrypt({ KeyId, Plaintext, EncryptionContext }));
    const { CiphertextBlob } = sealed;
    expect(sealed).toEqual({
      CiphertextBlob: bytes,
      KeyId: Arn,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
    const opened = await answer(contract.kms.decrypt({ CiphertextBlob, EncryptionContext }));
    expect({ ...opened, Plaintext: Buffer.from(opened.Plaintext ?? []) }).toEqual({
      KeyId: Arn,
      Plaintext,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyMaterialId,
    });
  });

  test("never make the same ciphertext twice", async () => {
    const [one, other] = await Promise.all([
      encrypted(Buffer.from("x")),
      encrypted(Buffer.from("x")),
    ]);
    expect(Buffer.from(one).equals(other)).toBe(false);
  });

  test("do not care for the order of the encryption context", async () => {
    const CiphertextBlob = await encrypted(Buffer.from("x"), { a: "1", b: "2" });
    const input = { CiphertextBlob, EncryptionContext: { b: "2", a: "1" } };
    const { Plaintext } = await contract.kms.decrypt(input);
    expect(Buffer.from(Plaintext ?? []).toString()).toBe("x");
  });

  test.each<[string, (blob: Buffer) => Buffer]>([
    ["changed in its last byte", (blob) => flipped(blob, blob.length - 1)],
    ["changed in its middle", (blob) => flipped(blob, blob.length >> 1)],
    ["cut short", (blob) => blob.subarray(0, -1)],
    ["drawn out", (blob) => Buffer.concat([blob, Buffer.of(0)])],
    ["made up", () => Buffer.from("this is not a ciphertext")],
  ])("InvalidCiphertextException, without a message, for one that is %s", async (_how, change) => {
    const CiphertextBlob = change(Buffer.from(await encrypted(Buffer.from("secret"))));
    expect(await refusal(contract.kms.decrypt({ CiphertextBlob }))).toEqual({
      name: "InvalidCiphertextException",
      message: noMessage,
      status: 400,
    });
  });

  test.each([undefined, {}, { purpose: "test" }, { ...EncryptionContext, more: "x" }])(
    "InvalidCiphertextException for the encryption context %j",
    async (other) => {
      const CiphertextBlob = await encrypted(Buffer.from("x"), EncryptionContext);
      const attempt = contract.kms.decrypt({ CiphertextBlob, EncryptionContext: other });
      expect((await refusal(attempt)).name).toBe("InvalidCiphertextException");
    },
  );

  test("IncorrectKeyException when another key is named than the ciphertext's", async () => {
    const CiphertextBlob = await encrypted(Buffer.from("x"));
    const other = await contract.newKey();
    expect(await refusal(contract.kms.decrypt({ CiphertextBlob, KeyId: other }))).toEqual({
      name: "IncorrectKeyException",
      message: "The key ID in the request does not identify a CMK that can perform this operation.",
      status: 400,
    });
  });

  test.each([
    [0, "greater than or equal to 1"],
    [4097, "less than or equal to 4096"],
  ])("ValidationException for a plaintext of %d bytes", async (length, words) => {
    const attempt = contract.kms.encrypt({ KeyId, Plaintext: Buffer.alloc(length) });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: " +
        `Member must have length ${words}`,
      status: 400,
    });
  });

  test("DryRunOperationException for a call that would have succeeded", async () => {
    const attempt = contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("x"), DryRun: true });
    expect(await refusal(attempt)).toEqual({
      name: "DryRunOperationException",
      message: "The request would have succeeded, but the DryRun option is set.",
      status: 400,
    });
  });

  test("DisabledException while the key is disabled", async () => {
    const own = await contract.newKey();
    await contract.kms.disableKey({ KeyId: own });
    const attempt = contract.kms.encrypt({ KeyId: own, Plaintext: Buffer.from("x") });
    expect(await refusal(attempt)).toEqual({
      name: "DisabledException",
      message: `${contract.arn(`key/${own}`)} is disabled.`,
      status: 400,
    });
  });

  test("KMSInvalidStateException while the key is pending deletion", async () => {
    const own = await contract.newKey();
    await contract.kms.scheduleKeyDeletion({ KeyId: own });
    const attempt = contract.kms.encrypt({ KeyId: own, Plaintext: Buffer.from("x") });
    expect(await refusal(attempt)).toEqual({
      name: "KMSInvalidStateException",
      message: `${contract.arn(`key/${own}`)} is pending deletion.`,
      status: 400,
    });
  });
});

describe("data keys", () => {
  test.each([
    [{ KeySpec: "AES_128" as const }, 16],
    [{ KeySpec: "AES_256" as const }, 32],
    [{ NumberOfBytes: 1024 }, 1024],
  ])("GenerateDataKey of %j has %d bytes, which its blob gives back", async (size, length) => {
    const made = await answer(contract.kms.generateDataKey({ KeyId, EncryptionContext, ...size }));
    expect(made).toEqual({ CiphertextBlob: bytes, Plaintext: bytes, KeyId: Arn, KeyMaterialId });
    expect(made.Plaintext).toHaveLength(length);
    const { CiphertextBlob } = made;
    const opened = await contract.kms.decrypt({ CiphertextBlob, EncryptionContext });
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  test("GenerateDataKeyWithoutPlaintext answers with all but the plaintext", async () => {
    const input = { KeyId, KeySpec: "AES_256" as const };
    const made = await answer(contract.kms.generateDataKeyWithoutPlaintext(input));
    expect(made).toEqual({ CiphertextBlob: bytes, KeyId: Arn, KeyMaterialId });
    const { Plaintext } = await contract.kms.decrypt({ CiphertextBlob: made.CiphertextBlob });
    expect(Plaintext).toHaveLength(32);
  });

  test.each([{}, { KeySpec: "AES_256" as const, NumberOfBytes: 32 }])(
    "ValidationException for the size %j",
    async (size) => {
      expect(await refusal(contract.kms.generateDataKey({ KeyId, ...size }))).toEqual({
        name: "ValidationException",
        message: "Please specify either number of bytes or key spec.",
        status: 400,
      });
    },
  );
});

describe("ReEncrypt", () => {
  test("moves a ciphertext to another key and another encryption context", async () => {
    const other = await contract.newKey();
    const moved = await answer(
      contract.kms.reEncrypt({
        CiphertextBlob: await encrypted(Buffer.from("secret"), EncryptionContext),
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other,
        DestinationEncryptionContext: { now: "here" },
      }),
    );
    expect(moved).toEqual({
      CiphertextBlob: bytes,
      SourceKeyId: Arn,
      KeyId: contract.arn(`key/${other}`),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: KeyMaterialId,
      DestinationKeyMaterialId: KeyMaterialId,
    });
    const { CiphertextBlob } = moved;
    const opened = await contract.kms.decrypt({
      CiphertextBlob,
      EncryptionContext: { now: "here" },
    });
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("secret");
  });

  test("DisabledException names the destination when that is disabled", async () => {
    const DestinationKeyId = await contract.newKey();
    await contract.kms.disableKey({ KeyId: DestinationKeyId });
    const CiphertextBlob = await encrypted(Buffer.from("x"));
    const attempt = contract.kms.reEncrypt({ CiphertextBlob, DestinationKeyId });
    expect((await refusal(attempt)).message).toBe(
      `${contract.arn(`key/${DestinationKeyId}`)} is disabled.`,
    );
  });
});

describe("GenerateRandom", () => {
  test.each([1, 1024])("answers with %d bytes and nothing else", async (NumberOfBytes) => {
    const random = await answer(contract.kms.generateRandom({ NumberOfBytes }));
    expect(Object.keys(random)).toEqual(["Plaintext"]);
    expect(random.Plaintext).toHaveLength(NumberOfBytes);
  });

  test.each([
    [undefined, "NumberOfBytes is required."],
    [0, complaint(0, "greater than or equal to 1")],
    [1025, complaint(1025, "less than or equal to 1024")],
  ])("ValidationException for %s bytes", async (NumberOfBytes, message) => {
    const refused = await refusal(contract.kms.generateRandom({ NumberOfBytes }));
    expect(refused).toEqual({ name: "ValidationException", message, status: 400 });
  });
});

function flipped(blob: Buffer, at: number): Buffer {
  const copy = Buffer.from(blob);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

function complaint(value: number, words: string): string {
  return (
    `1 validation error detected: Value '${value}' at 'numberOfBytes' failed to satisfy ` +
    `constraint: Member must have value ${words}`
  );
}
