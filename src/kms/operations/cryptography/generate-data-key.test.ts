import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe.each(["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] as const)(
  "%s",
  (operation) => {
    const withPlaintext = operation === "GenerateDataKey";
    let kms: KmsBench;
    let KeyId: string;
    beforeAll(async () => {
      kms = await kmsBench();
      KeyId = await kms.newKey();
    });
    afterAll(async () => await kms.close());

    test("answers with a blob, the key's ARN and the key material id", async () => {
      const bytes = expect.any(Uint8Array) as unknown;
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
      expect(await kms.call(operation, { KeyId, KeySpec: "AES_256" })).toEqual({
        CiphertextBlob: bytes,
        KeyId: kms.arn(KeyId),
        KeyMaterialId: KeyMetadata?.CurrentKeyMaterialId,
        ...(withPlaintext ? { Plaintext: bytes } : {}),
      });
    });

    test.each([
      [{ KeySpec: "AES_256" as const }, 32],
      [{ KeySpec: "AES_128" as const }, 16],
      [{ NumberOfBytes: 1 }, 1],
      [{ NumberOfBytes: 1024 }, 1024],
    ])("makes a key of the length asked for by %o, which Decrypt opens", async (length, bytes) => {
      const EncryptionContext = { volume: "1" };
      const made = await kms.call(operation, { KeyId, ...length, EncryptionContext });
      const sealed = { CiphertextBlob: made.CiphertextBlob, EncryptionContext };
      const { Plaintext } = await kms.call("Decrypt", sealed);
      expect(Plaintext).toHaveLength(bytes);
      const { Plaintext: shown = Plaintext } = made as { readonly Plaintext?: Uint8Array };
      expect(shown).toEqual(Plaintext);
    });

    test("asks the vault for the plaintext only where it is part of the answer", async () => {
      const before = kms.vaultCommands.length;
      await kms.call(operation, { KeyId, NumberOfBytes: 32 });
      expect(kms.vaultCommands.slice(before)).toEqual([
        withPlaintext ? "generateDataKey" : "generateDataKeyWithoutPlaintext",
      ]);
    });

    test("is on record with the length asked for, and neither key nor blob", async () => {
      const EncryptionContext = { volume: "1" };
      const made = await kms.call(operation, { KeyId, KeySpec: "AES_256", EncryptionContext });
      const record = kms.lastRecord();
      expect(record["requestParameters"]).toEqual({
        keyId: KeyId,
        encryptionContext: EncryptionContext,
        keySpec: "AES_256",
      });
      expect(record).toMatchObject({
        eventName: operation,
        readOnly: true,
        responseElements: null,
        additionalEventData: { keyMaterialId: made.KeyMaterialId },
        resources: [{ ARN: kms.arn(KeyId) }],
      });
      await kms.call(operation, { KeyId, NumberOfBytes: 7 });
      expect(kms.lastRecord()["requestParameters"]).toEqual({ keyId: KeyId, numberOfBytes: 7 });
      const line = JSON.stringify(record);
      const secrets = [made.CiphertextBlob, (made as { Plaintext?: Uint8Array }).Plaintext];
      for (const bytes of secrets.filter((secret) => secret !== undefined)) {
        expect(line).not.toContain(Buffer.from(bytes).toString("base64").slice(0, 20));
        expect(line).not.toContain(Buffer.from(bytes).toString("hex").slice(0, 20));
      }
    });

    test.each([
      ["neither", {}],
      ["both", { KeySpec: "AES_256" as const, NumberOfBytes: 32 }],
    ])("ValidationException for %s of KeySpec and NumberOfBytes", async (_what, length) => {
      expect(await refusal(kms.call(operation, { KeyId, ...length }))).toEqual({
        code: "ValidationException",
        message: "Please specify either number of bytes or key spec.",
      });
    });

    test.each([
      [0, "greater than or equal to 1"],
      [1025, "less than or equal to 1024"],
    ])("ValidationException for %d bytes", async (NumberOfBytes, words) => {
      expect(await refusal(kms.call(operation, { KeyId, NumberOfBytes }))).toEqual({
        code: "ValidationException",
        message:
          `1 validation error detected: Value '${NumberOfBytes}' at 'numberOfBytes' failed to ` +
          `satisfy constraint: Member must have value ${words}`,
      });
    });

    test("ValidationException for an unknown key spec", async () => {
      expect(await refusal(kms.send(operation, { KeyId, KeySpec: "AES_512" }))).toEqual({
        code: "ValidationException",
        message:
          "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy " +
          "constraint: Member must satisfy enum value set: [AES_256, AES_128]",
      });
    });

    test("ValidationException for an encryption context that AWS refuses, before anything is looked up", async () => {
      const input = { KeyId: "nothing", KeySpec: "AES_256", EncryptionContext: { "": "" } };
      expect(await refusal(kms.send(operation, input))).toEqual({
        code: "ValidationException",
        message: "Invalid EncryptionContext",
      });
    });

    test("answers a dry run with a refusal and makes nothing", async () => {
      const before = kms.vaultCommands.length;
      const dry = { KeyId, KeySpec: "AES_256" as const, DryRun: true };
      expect(await refusal(kms.call(operation, dry))).toEqual({
        code: "DryRunOperationException",
        message: "The request would have succeeded, but the DryRun option is set.",
      });
      expect(kms.vaultCommands).toHaveLength(before);
    });

    test("counts as use of the key, a dry run does not", async () => {
      const fresh = await kms.newKey();
      const dry = { KeyId: fresh, KeySpec: "AES_256" as const, DryRun: true };
      await refusal(kms.call(operation, dry));
      const unused = await kms.call("GetKeyLastUsage", { KeyId: fresh });
      expect(unused.KeyLastUsage).toEqual({});
      await kms.call(operation, { ...dry, DryRun: false });
      const used = await kms.call("GetKeyLastUsage", { KeyId: fresh });
      expect(used.KeyLastUsage).toMatchObject({ Operation: operation });
    });
  },
);
