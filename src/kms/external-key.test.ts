import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../test/key-store-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { Interference } from "../../test/xks-proxy.ts";

describe("CreateKey in an external key store", () => {
  let bench: KeyStoreBench;
  let CustomKeyStoreId: string;
  beforeAll(async () => {
    bench = await keyStoreBench();
    CustomKeyStoreId = await bench.newKeyStore();
    await bench.connect(CustomKeyStoreId);
    bench.proxy.addKey("fit");
  });
  afterEach(() => bench.proxy.interfere(undefined));
  afterAll(async () => await bench.close());

  const asked = (XksKeyId: string) =>
    ({ Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId }) as const;
  const refused = async (XksKeyId: string, changes: object = {}) =>
    await refusal(bench.kms.call("CreateKey", { ...asked(XksKeyId), ...changes }));

  test("makes a key that shows where it is and what it stands for", async () => {
    bench.proxy.addKey("shown");
    const { KeyMetadata } = await bench.kms.call("CreateKey", asked("shown"));
    const expected = {
      AWSAccountId: "111122223333",
      KeyId: KeyMetadata?.KeyId,
      Arn: bench.kms.arn(KeyMetadata?.KeyId ?? ""),
      CreationDate: new Date(bench.kms.nowMs),
      Enabled: true,
      Description: "",
      KeyUsage: "ENCRYPT_DECRYPT",
      KeyState: "Enabled",
      Origin: "EXTERNAL_KEY_STORE",
      KeyManager: "CUSTOMER",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      MultiRegion: false,
      CustomKeyStoreId,
      XksKeyConfiguration: { Id: "shown" },
    };
    expect(KeyMetadata).toEqual(expected);
    const described = await bench.kms.call("DescribeKey", { KeyId: KeyMetadata?.KeyId });
    expect(described.KeyMetadata).toEqual(expected);
  });

  test("asks the proxy about the external key, on behalf of the caller", async () => {
    bench.proxy.addKey("asked-about");
    await bench.kms.call("CreateKey", asked("asked-about"));
    const record = bench.kms.lastRecord();
    const { path, body } = bench.proxy.requests.at(-1) ?? {};
    expect(path).toMatch(/\/kms\/xks\/v1\/keys\/asked-about\/metadata$/);
    expect(body).toEqual({
      requestMetadata: {
        awsPrincipalArn: "arn:aws:iam::111122223333:root",
        kmsOperation: "CreateKey",
        kmsRequestId: record["requestID"],
      },
    });
    expect(record).toMatchObject({
      requestParameters: {
        origin: "EXTERNAL_KEY_STORE",
        customKeyStoreId: CustomKeyStoreId,
        xksKeyId: "asked-about",
      },
      responseElements: {
        keyMetadata: {
          customKeyStoreId: CustomKeyStoreId,
          xksKeyConfiguration: { id: "asked-about" },
        },
      },
    });
  });

  test("XksKeyAlreadyInUseException for an external key that a KMS key stands for", async () => {
    bench.proxy.addKey("taken");
    const KeyId = await bench.kms.newKey(asked("taken"));
    expect((await refused("taken")).code).toBe("XksKeyAlreadyInUseException");
    await bench.kms.call("ScheduleKeyDeletion", { KeyId });
    expect((await refused("taken")).code).toBe("XksKeyAlreadyInUseException");
  });

  test("gives one of two that are made at the same time the external key", async () => {
    bench.proxy.addKey("wanted");
    const both = [bench.kms.newKey(asked("wanted")), bench.kms.newKey(asked("wanted"))];
    const refusals = (await Promise.allSettled(both)).filter(({ status }) => status === "rejected");
    expect(refusals).toMatchObject([{ reason: { code: "XksKeyAlreadyInUseException" } }]);
  });

  test.each([
    [
      { keySpec: "AES_128" },
      "The key spec of the external key must be AES_256. " +
        "The key spec of specified external key is AES_128.",
    ],
    [
      { keyStatus: "DISABLED" },
      "The status of the external key must be ENABLED. " +
        "The status of specified external key is DISABLED.",
    ],
    [
      { keyUsage: ["ENCRYPT", "WRAP"] },
      "The key usage of the external key must include ENCRYPT and DECRYPT. " +
        "The key use of specified external key is ENCRYPT, WRAP.",
    ],
  ])("XksKeyInvalidConfigurationException for %j", async (metadata, message) => {
    bench.proxy.addKey("unfit", metadata);
    const code = "XksKeyInvalidConfigurationException";
    expect(await refused("unfit")).toEqual({ code, message });
  });

  test.each(["missing", "..", "."])("XksKeyNotFoundException for %j", async (XksKeyId) => {
    expect(await refused(XksKeyId)).toEqual({
      code: "XksKeyNotFoundException",
      message:
        "The external key store proxy rejected the request because it could not find the " +
        "external key.",
    });
  });

  test.each<[string, Interference]>([
    ["XksKeyInvalidConfigurationException", failing("InvalidKeyUsageException")],
    ["XksKeyInvalidConfigurationException", failing("InvalidStateException")],
    ["CustomKeyStoreInvalidStateException", failing("AccessDeniedException")],
    ["CustomKeyStoreInvalidStateException", failing("AuthenticationFailedException")],
    ["CustomKeyStoreInvalidStateException", failing("InternalException")],
    ["CustomKeyStoreInvalidStateException", failing("InvalidUriPathException")],
    ["CustomKeyStoreInvalidStateException", failing("ThrottlingException")],
    ["CustomKeyStoreInvalidStateException", { hangUp: true }],
    ["CustomKeyStoreInvalidStateException", { body: "{}" }],
    ["CustomKeyStoreInvalidStateException", { members: { keyUsage: "ENCRYPT" } }],
    ["CustomKeyStoreInvalidStateException", { members: { keySpec: "AES 256\n" } }],
  ])("%s for a proxy that answers %j", async (code, how) => {
    bench.proxy.interfere(how);
    expect((await refused("fit")).code).toBe(code);
  });

  test("CustomKeyStoreNotFoundException for a key store that is not there", async () => {
    const elsewhere = { CustomKeyStoreId: "cks-1234567890abcdef0" };
    expect((await refused("fit", elsewhere)).code).toBe("CustomKeyStoreNotFoundException");
  });

  test("CustomKeyStoreInvalidStateException while the key store is not connected", async () => {
    await bench.disconnect(CustomKeyStoreId);
    expect(await refused("fit")).toEqual({
      code: "CustomKeyStoreInvalidStateException",
      message:
        `The connection state of the custom key store ${CustomKeyStoreId} is DISCONNECTED. ` +
        "Connect it before you create keys in it.",
    });
    await bench.connect(CustomKeyStoreId);
  });

  test.each([
    ["another key spec", { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }],
    ["a multi-Region key", { MultiRegion: true }],
    ["no key store", { CustomKeyStoreId: undefined }],
    ["no external key", { XksKeyId: undefined }],
    ["another origin", { Origin: "AWS_KMS" }],
    ["a name that is none", { XksKeyId: "a/b" }],
  ])("ValidationException for %s", async (_what, changes) => {
    expect((await refused("fit", changes)).code).toBe("ValidationException");
  });
});

function failing(errorName: string): Interference {
  return { status: 400, body: { errorName } };
}
