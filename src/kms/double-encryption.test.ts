import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../test/key-store-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { Interference } from "../../test/xks-proxy.ts";

const EncryptionContext = { purpose: "payroll" };
const Plaintext = Buffer.from("between the two of us");

describe("a key in an external key store", () => {
  let bench: KeyStoreBench;
  let CustomKeyStoreId: string;
  let KeyId: string;
  beforeAll(async () => {
    bench = await keyStoreBench();
    CustomKeyStoreId = await bench.newKeyStore();
    await bench.connect(CustomKeyStoreId);
    KeyId = await bench.newKeyIn(CustomKeyStoreId);
  });
  afterEach(() => bench.proxy.interfere(undefined));
  afterAll(async () => await bench.close());

  const lastRequest = () => bench.proxy.requests.at(-1);

  async function encrypted(): Promise<Buffer> {
    const asked = { KeyId, Plaintext, EncryptionContext };
    const { CiphertextBlob = new Uint8Array() } = await bench.kms.call("Encrypt", asked);
    return Buffer.from(CiphertextBlob);
  }

  async function refused(CiphertextBlob: Uint8Array) {
    return await refusal(bench.kms.call("Decrypt", { CiphertextBlob, EncryptionContext }));
  }

  test("decrypts what it encrypted, and names no key material", async () => {
    const CiphertextBlob = await encrypted();
    const opened = await bench.kms.call("Decrypt", { CiphertextBlob, EncryptionContext });
    expect(opened).toEqual({
      KeyId: bench.kms.arn(KeyId),
      Plaintext,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
  });

  test("encrypts and decrypts the longest plaintext there is", async () => {
    const longest = Buffer.alloc(4096, 7);
    const { CiphertextBlob } = await bench.kms.call("Encrypt", { KeyId, Plaintext: longest });
    expect(CiphertextBlob?.length).toBeLessThanOrEqual(6144);
    const opened = await bench.kms.call("Decrypt", { CiphertextBlob });
    expect(opened.Plaintext).toEqual(longest);
  });

  test("shows its proxy neither plaintext nor context, and tells it who asks for what", async () => {
    await encrypted();
    const { body, path } = lastRequest() ?? {};
    expect(path).toMatch(/\/kms\/xks\/v1\/keys\/external-1\/encrypt$/);
    expect(body).toMatchObject({
      encryptionAlgorithm: "AES_GCM",
      requestMetadata: {
        awsPrincipalArn: "arn:aws:iam::111122223333:root",
        kmsOperation: "Encrypt",
        kmsKeyArn: bench.kms.arn(KeyId),
        kmsRequestId: bench.kms.lastRecord()["requestID"],
      },
    });
    const sent = Buffer.from(String(body?.["plaintext"]), "base64");
    expect(sent.includes(Plaintext)).toBe(false);
    expect(sent).toHaveLength(Plaintext.length + 76);
    expect(Buffer.from(String(body?.["additionalAuthenticatedData"]), "base64")).toHaveLength(32);
    expect(JSON.stringify(body)).not.toContain("payroll");
  });

  test("gives the proxy back what it gave: vector, tag, metadata and ciphertext", async () => {
    const CiphertextBlob = await encrypted();
    const made = lastRequest()?.body;
    await bench.kms.call("Decrypt", { CiphertextBlob, EncryptionContext });
    const { body } = lastRequest() ?? {};
    expect(Buffer.from(String(body?.["ciphertextMetadata"]), "base64").toString()).toBe(
      "version 1",
    );
    expect(body?.["additionalAuthenticatedData"]).toBe(made?.["additionalAuthenticatedData"]);
  });

  test("is told on record by its key store and external key, when it works and when not", async () => {
    const told = { customKeyStoreId: CustomKeyStoreId, xksKeyId: "external-1" };
    await encrypted();
    expect(bench.kms.lastRecord()["additionalEventData"]).toEqual(told);
    bench.proxy.interfere({ status: 500, body: { errorName: "InternalException" } });
    await refusal(encrypted());
    expect(bench.kms.lastRecord()).toMatchObject({
      errorCode: "KMSInvalidStateException",
      additionalEventData: told,
      resources: [{ ARN: bench.kms.arn(KeyId) }],
    });
  });

  test("makes data keys that it decrypts", async () => {
    const made = await bench.kms.call("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
    expect(made).toEqual({
      CiphertextBlob: expect.any(Uint8Array) as unknown,
      Plaintext: expect.any(Uint8Array) as unknown,
      KeyId: bench.kms.arn(KeyId),
    });
    expect(lastRequest()?.body).toMatchObject({
      requestMetadata: { kmsOperation: "GenerateDataKey" },
    });
    const { CiphertextBlob } = made;
    const opened = await bench.kms.call("Decrypt", { CiphertextBlob });
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  test("makes data keys that nobody has seen", async () => {
    const asked = { KeyId, NumberOfBytes: 24 };
    const { CiphertextBlob, ...others } = await bench.kms.call(
      "GenerateDataKeyWithoutPlaintext",
      asked,
    );
    expect(others).toEqual({ KeyId: bench.kms.arn(KeyId) });
    const opened = await bench.kms.call("Decrypt", { CiphertextBlob });
    expect(opened.Plaintext).toHaveLength(24);
  });

  test("re-encrypts to, from and between keys in key stores", async () => {
    const own = await bench.kms.newKey();
    const other = await bench.newKeyIn(CustomKeyStoreId);
    let { CiphertextBlob } = await bench.kms.call("Encrypt", { KeyId: own, Plaintext });
    for (const DestinationKeyId of [KeyId, other, own]) {
      const moved = await bench.kms.call("ReEncrypt", { CiphertextBlob, DestinationKeyId });
      expect(moved.KeyId).toBe(bench.kms.arn(DestinationKeyId));
      expect(moved.DestinationKeyMaterialId === undefined).toBe(DestinationKeyId !== own);
      ({ CiphertextBlob } = moved);
    }
    const opened = await bench.kms.call("Decrypt", { CiphertextBlob });
    expect(opened.Plaintext).toEqual(Plaintext);
  });

  test("asks nobody for a dry run", async () => {
    const before = bench.proxy.requests.length;
    const attempt = bench.kms.call("Encrypt", { KeyId, Plaintext, DryRun: true });
    expect((await refusal(attempt)).code).toBe("DryRunOperationException");
    expect(bench.proxy.requests).toHaveLength(before);
  });

  test("KMSInvalidStateException, and not InvalidCiphertextException, for another context", async () => {
    const CiphertextBlob = await encrypted();
    expect(await refusal(bench.kms.call("Decrypt", { CiphertextBlob }))).toEqual({
      code: "KMSInvalidStateException",
      message:
        "The external key store proxy rejected the request because the specified ciphertext or " +
        "additional authenticated data is corrupted, missing, or otherwise invalid.",
    });
  });

  test("decrypts nothing that was changed anywhere", async () => {
    const blob = await encrypted();
    for (let at = 0; at < blob.length; at += 7) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // Another key's id, another format, another ciphertext.
      expect((await refused(changed)).code).toMatch(
        /^(?:AccessDenied|InvalidCiphertext|KMSInvalidState)Exception$/,
      );
    }
  });

  test("InvalidCiphertextException for the vault's own blob: the external key is not gone round", async () => {
    const blob = await encrypted();
    blob[4] = 1;
    expect(await refused(blob)).toEqual({
      code: "InvalidCiphertextException",
      message: undefined,
    });
  });

  test("InvalidCiphertextException for a blob whose parts are longer than it is", async () => {
    const blob = (await encrypted()).subarray(0, 120);
    blob[38] = 255;
    expect((await refused(blob)).code).toBe("InvalidCiphertextException");
  });

  test("InvalidCiphertextException for what the proxy gives out instead of the inner blob", async () => {
    const blob = await encrypted();
    const plaintext = Buffer.alloc(Plaintext.length + 76).toString("base64");
    bench.proxy.interfere({ members: { plaintext } }, "/decrypt");
    expect((await refused(blob)).code).toBe("InvalidCiphertextException");
  });

  test("a key of the vault's own decrypts no blob that says it was encrypted twice", async () => {
    const own = await bench.kms.newKey();
    const { CiphertextBlob = new Uint8Array() } = await bench.kms.call("Encrypt", {
      KeyId: own,
      Plaintext,
    });
    const blob = Buffer.from(CiphertextBlob);
    blob[4] = 2;
    expect((await refused(blob)).code).toBe("InvalidCiphertextException");
  });

  test("a data key whose sealing failed is given to nobody", async () => {
    bench.proxy.interfere({ status: 500, body: { errorName: "InternalException" } });
    const attempt = bench.kms.call("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
    expect((await refusal(attempt)).code).toBe("KMSInvalidStateException");
  });

  test.each<[Interference, string]>([
    [{ hangUp: true }, "cannot communicate with the external key store proxy. This might be"],
    [{ status: 500, body: "<html>" }, "cannot interpret the response"],
    [{ status: 302, headers: { location: "https://localhost/" } }, "cannot interpret the response"],
    [{ status: 200, body: "" }, "cannot interpret the response"],
    [{ status: 200, body: "[]" }, "cannot interpret the response"],
    [{ status: 200, body: { ciphertext: "eA==" } }, "cannot interpret the response"],
    [{ status: 400, body: { errorName: "__proto__" } }, "cannot interpret the response"],
    [{ members: { authenticationTag: "AAAA" } }, "cannot interpret the response"],
    [{ members: { initializationVector: "AAAA" } }, "cannot interpret the response"],
    [{ members: { ciphertext: "AAAA" } }, "cannot interpret the response"],
    [{ members: { ciphertextMetadata: 5 } }, "cannot interpret the response"],
    [{ members: { initializationVector: "%%%%" } }, "cannot interpret the response"],
    ...(
      [
        ["AccessDeniedException", "denied access to the operation"],
        ["AuthenticationFailedException", "could not authenticate AWS KMS"],
        ["DependencyTimeoutException", "did not respond to the request in the time allotted"],
        ["InternalException", "cannot interpret the response"],
        ["InvalidCiphertextException", "corrupted, missing, or otherwise invalid"],
        ["InvalidKeyUsageException", "does not support the requested operation"],
        ["InvalidStateException", "is not enabled in the external key manager"],
        ["InvalidUriPathException", "because of an invalid URI path"],
        ["KeyNotFoundException", "could not find the external key"],
        ["ThrottlingException", "a very high request rate"],
        ["UnsupportedOperationException", "does not support the requested cryptographic operation"],
        ["ValidationException", "cannot interpret the response"],
      ] as const
    ).map(([errorName, words]): [Interference, string] => [
      { status: 400, body: { errorName } },
      words,
    ]),
  ])("KMSInvalidStateException for a proxy that answers %j", async (how, words) => {
    bench.proxy.interfere(how);
    const { code, message } = await refusal(encrypted());
    expect([code, message]).toEqual([
      "KMSInvalidStateException",
      expect.stringContaining(words) as unknown,
    ]);
  });

  test("KMSInvalidStateException for a response without end", async () => {
    bench.proxy.interfere({ body: Buffer.alloc(200_000, 0x20) });
    expect((await refusal(encrypted())).message).toContain("cannot interpret the response");
  });

  test.each(["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"] as const)(
    "UnsupportedOperationException for %s",
    async (operation) => {
      const attempt = bench.kms.call(operation, { KeyId, KeyPairSpec: "ECC_NIST_P256" });
      expect(await refusal(attempt)).toEqual(notValidFor(KeyId));
    },
  );

  test.each([
    "EnableKeyRotation",
    "DisableKeyRotation",
    "GetKeyRotationStatus",
    "ListKeyRotations",
    "RotateKeyOnDemand",
  ] as const)("UnsupportedOperationException for %s", async (operation) => {
    expect(await refusal(bench.kms.call(operation, { KeyId }))).toEqual(notValidFor(KeyId));
  });

  test("UnsupportedOperationException for key material of the owner's own", async () => {
    const asked = { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
    const sent = {
      KeyId,
      ImportToken: Buffer.alloc(8),
      EncryptedKeyMaterial: Buffer.alloc(8),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    };
    for (const [operation, input] of [
      ["GetParametersForImport", asked],
      ["ImportKeyMaterial", sent],
      ["DeleteImportedKeyMaterial", { KeyId }],
    ] as const) {
      expect(await refusal(bench.kms.send(operation, input))).toEqual(notValidFor(KeyId));
    }
  });

  function notValidFor(keyId: string) {
    return {
      code: "UnsupportedOperationException",
      message: `${bench.kms.arn(keyId)} origin is EXTERNAL_KEY_STORE which is not valid for this operation.`,
    };
  }

  test("nothing secret of the key store is in any file or record", async () => {
    await encrypted();
    const secret = bench.proxy.credential.RawSecretAccessKey;
    for (const { bytes } of bench.kms.files()) {
      expect(bytes.includes(secret)).toBe(false);
      expect(bytes.includes(Plaintext)).toBe(false);
    }
    expect(JSON.stringify(bench.kms.records)).not.toContain(secret);
  });
});

describe("a proxy that takes longer than it may", () => {
  test("KMSInvalidStateException, and the next request is answered", async () => {
    const bench = await keyStoreBench(1_000);
    try {
      const CustomKeyStoreId = await bench.newKeyStore();
      await bench.connect(CustomKeyStoreId);
      const KeyId = await bench.newKeyIn(CustomKeyStoreId);
      bench.proxy.interfere({ delayMs: 1_500 });
      const late = bench.kms.call("Encrypt", { KeyId, Plaintext });
      expect(await refusal(late)).toEqual({
        code: "KMSInvalidStateException",
        message: expect.stringContaining("did not respond in time. Retry") as unknown,
      });
      bench.proxy.interfere(undefined);
      await bench.kms.call("Encrypt", { KeyId, Plaintext });
    } finally {
      await bench.close();
    }
  });
});
