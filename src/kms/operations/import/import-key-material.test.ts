import { createHmac, createPublicKey, randomBytes } from "node:crypto";
import type { CreateKeyRequest, KeyMetadata } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto, newPrivateKey, pkcs8, wrapFor, wrapped } from "../../../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const day = 86_400_000;
const hex64 = /^[0-9a-f]{64}$/;
const plaintext = Buffer.from("correct horse battery staple");
const forEver = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" } as const;

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

const usages: Readonly<Record<string, CreateKeyRequest["KeyUsage"]>> = {
  SYMMETRIC_DEFAULT: "ENCRYPT_DECRYPT",
  HMAC_256: "GENERATE_VERIFY_MAC",
  HMAC_512: "GENERATE_VERIFY_MAC",
};

async function external(KeySpec: CreateKeyRequest["KeySpec"] = "SYMMETRIC_DEFAULT") {
  const KeyUsage = usages[KeySpec] ?? "SIGN_VERIFY";
  return await kms.newKey({ Origin: "EXTERNAL", KeySpec, KeyUsage });
}

async function metadataOf(KeyId: string): Promise<Partial<KeyMetadata>> {
  return (await kms.call("DescribeKey", { KeyId })).KeyMetadata ?? {};
}

async function encrypted(KeyId: string): Promise<Uint8Array> {
  const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: plaintext });
  return CiphertextBlob ?? new Uint8Array();
}

async function opened(CiphertextBlob: Uint8Array): Promise<Buffer> {
  const { Plaintext } = await kms.call("Decrypt", { CiphertextBlob });
  return Buffer.from(Plaintext ?? []);
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return (await refusal(attempt)).code;
}

/** A refused import leaves nothing behind. */
async function requireEmpty(KeyId: string): Promise<void> {
  const metadata = await metadataOf(KeyId);
  expect(metadata).toMatchObject({ KeyState: "PendingImport", Enabled: false });
  expect(metadata.CurrentKeyMaterialId).toBeUndefined();
}

function allow(Action: readonly string[], condition: object = {}): object {
  const Principal = { AWS: "arn:aws:iam::111122223333:root" };
  return { Effect: "Allow", Principal, Action, Resource: "*", ...condition };
}

describe("the first import", () => {
  test("makes the key usable, and names the key material", async () => {
    const KeyId = await external();
    const output = await importInto(kms, KeyId, randomBytes(32));
    expect(output).toEqual({
      KeyId: kms.arn(KeyId),
      KeyMaterialId: expect.stringMatching(hex64) as unknown,
    });
    expect(await metadataOf(KeyId)).toMatchObject({
      KeyState: "Enabled",
      Enabled: true,
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      CurrentKeyMaterialId: output.KeyMaterialId,
    });
    expect(await metadataOf(KeyId)).not.toHaveProperty("ValidTo");
    const CiphertextBlob = await encrypted(KeyId);
    const decrypted = await kms.call("Decrypt", { CiphertextBlob });
    expect(decrypted.KeyMaterialId).toBe(output.KeyMaterialId);
    expect(Buffer.from(decrypted.Plaintext ?? [])).toEqual(plaintext);
  });

  test("tells until when the key material is good", async () => {
    const KeyId = await external();
    const ValidTo = new Date(kms.nowMs + day);
    await importInto(kms, KeyId, randomBytes(32), { ValidTo });
    const expiring = { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo };
    expect(await metadataOf(KeyId)).toMatchObject(expiring);
  });

  test.each([
    ["RSAES_OAEP_SHA_1", "RSA_2048"],
    ["RSAES_OAEP_SHA_256", "RSA_3072"],
    ["RSAES_OAEP_SHA_256", "RSA_4096"],
  ] as const)("takes key material wrapped with %s for %s", async (algorithm, spec) => {
    const KeyId = await external();
    const way = { WrappingAlgorithm: algorithm, WrappingKeySpec: spec };
    await importInto(kms, KeyId, randomBytes(32), way);
    expect(await opened(await encrypted(KeyId))).toEqual(plaintext);
  });

  test("takes a customer's HMAC key: what it makes, the customer verifies", async () => {
    const KeyId = await external("HMAC_256");
    const material = randomBytes(128);
    expect(await importInto(kms, KeyId, material)).toEqual({ KeyId: kms.arn(KeyId) });
    const MacAlgorithm = "HMAC_SHA_256" as const;
    const { Mac } = await kms.call("GenerateMac", { KeyId, Message: plaintext, MacAlgorithm });
    expect(Buffer.from(Mac ?? [])).toEqual(
      createHmac("sha256", material).update(plaintext).digest(),
    );
    expect(await metadataOf(KeyId)).not.toHaveProperty("CurrentKeyMaterialId", expect.anything());
  });

  test.each([
    ["RSA_2048", "RSASSA_PSS_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"],
    ["ECC_NIST_P256", "ECDSA_SHA_256", "RSAES_OAEP_SHA_256"],
    ["ECC_NIST_P384", "ECDSA_SHA_384", "RSA_AES_KEY_WRAP_SHA_1"],
    ["ECC_NIST_P521", "ECDSA_SHA_512", "RSA_AES_KEY_WRAP_SHA_256"],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256", "RSAES_OAEP_SHA_1"],
    ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "RSAES_OAEP_SHA_256"],
  ] as const)(
    "takes a private key of %s, signs with it, and shows its public half",
    async (spec, SigningAlgorithm, WrappingAlgorithm) => {
      const KeyId = await external(spec);
      const privateKey = newPrivateKey(spec);
      const output = await importInto(kms, KeyId, pkcs8(privateKey), { WrappingAlgorithm });
      expect(output).toEqual({ KeyId: kms.arn(KeyId) });
      const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
      const { PublicKey } = await kms.call("GetPublicKey", { KeyId });
      expect(Buffer.from(PublicKey ?? [])).toEqual(spki);
      const signing = { KeyId, Message: plaintext, SigningAlgorithm };
      const { Signature } = await kms.call("Sign", signing);
      const verified = await kms.call("Verify", { ...signing, Signature });
      expect(verified.SignatureValid).toBe(true);
    },
  );

  test("takes private keys for decryption and for agreement", async () => {
    const rsa = await kms.newKey({
      Origin: "EXTERNAL",
      KeySpec: "RSA_2048",
      KeyUsage: "ENCRYPT_DECRYPT",
    });
    const WrappingAlgorithm = "RSA_AES_KEY_WRAP_SHA_256";
    await importInto(kms, rsa, pkcs8(newPrivateKey("RSA_2048")), { WrappingAlgorithm });
    const EncryptionAlgorithm = "RSAES_OAEP_SHA_256" as const;
    const asked = { KeyId: rsa, EncryptionAlgorithm };
    const { CiphertextBlob } = await kms.call("Encrypt", { ...asked, Plaintext: plaintext });
    const { Plaintext } = await kms.call("Decrypt", { ...asked, CiphertextBlob });
    expect(Buffer.from(Plaintext ?? [])).toEqual(plaintext);

    const curve = { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" } as const;
    const KeyId = await kms.newKey({ Origin: "EXTERNAL", ...curve });
    await importInto(kms, KeyId, pkcs8(newPrivateKey("ECC_NIST_P256")));
    const peer = await kms.newKey(curve);
    const theirs = await kms.call("GetPublicKey", { KeyId: peer });
    const ours = await kms.call("GetPublicKey", { KeyId });
    const KeyAgreementAlgorithm = "ECDH" as const;
    const one = await kms.call("DeriveSharedSecret", {
      KeyId,
      KeyAgreementAlgorithm,
      PublicKey: theirs.PublicKey,
    });
    const other = await kms.call("DeriveSharedSecret", {
      KeyId: peer,
      KeyAgreementAlgorithm,
      PublicKey: ours.PublicKey,
    });
    expect(one.SharedSecret).toEqual(other.SharedSecret);
    expect(one.KeyOrigin).toBe("EXTERNAL");
  });

  test("is on record without token and key material", async () => {
    const KeyId = await external();
    const ValidTo = new Date(Date.UTC(2026, 5, 1, 20));
    const { KeyMaterialId } = await importInto(kms, KeyId, randomBytes(32), {
      ValidTo,
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ImportType: "NEW_KEY_MATERIAL",
      KeyMaterialDescription: "from the safe",
    });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "ImportKeyMaterial",
      readOnly: false,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
    expect(kms.lastRecord()["requestParameters"]).toEqual({
      keyId: KeyId,
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: "Jun 1, 2026 8:00:00 PM",
      importType: "NEW_KEY_MATERIAL",
      keyMaterialDescription: "from the safe",
    });
    const responseElements = { keyId: kms.arn(KeyId), keyMaterialId: KeyMaterialId };
    expect(kms.lastRecord()["responseElements"]).toEqual(responseElements);
  });

  test("leaves no byte of the key material in any file", async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    await importInto(kms, KeyId, material);
    const forms = [material, material.toString("base64"), material.toString("hex")];
    for (const { bytes } of kms.files()) {
      for (const form of forms) expect(bytes.includes(form)).toBe(false);
    }
  });
});

describe("an import that is refused", () => {
  test.each([undefined, "KEY_MATERIAL_EXPIRES"] as const)(
    "ValidationException without ValidTo when the ExpirationModel is %s",
    async (ExpirationModel) => {
      const KeyId = await external();
      const sent = { KeyId, ...(await wrapped(kms, KeyId, randomBytes(32))) };
      expect(await refusal(kms.call("ImportKeyMaterial", { ...sent, ExpirationModel }))).toEqual({
        code: "ValidationException",
        message: "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
      });
      await requireEmpty(KeyId);
    },
  );

  test("ValidationException with ValidTo when the key material does not expire", async () => {
    const KeyId = await external();
    const ValidTo = new Date(kms.nowMs + day);
    const attempt = importInto(kms, KeyId, randomBytes(32), { ...forEver, ValidTo });
    expect(await codeOf(attempt)).toBe("ValidationException");
  });

  test("ValidationException for a ValidTo that is not in the future", async () => {
    const KeyId = await external();
    for (const atMs of [kms.nowMs, kms.nowMs - 1, 0]) {
      const attempt = importInto(kms, KeyId, randomBytes(32), { ValidTo: new Date(atMs) });
      expect(await refusal(attempt)).toEqual({
        code: "ValidationException",
        message: "ValidTo must be in the future",
      });
    }
    await requireEmpty(KeyId);
  });

  test("ValidationException for a ValidTo more than 365 days away, and not one millisecond before", async () => {
    const KeyId = await external();
    const last = kms.nowMs + 365 * day;
    const late = importInto(kms, KeyId, randomBytes(32), { ValidTo: new Date(last + 1) });
    expect(await codeOf(late)).toBe("ValidationException");
    await importInto(kms, KeyId, randomBytes(32), { ValidTo: new Date(last) });
  });

  test("SerializationException for a ValidTo that is not a number, ValidationException for one no calendar has", async () => {
    const KeyId = await external();
    const sent = { KeyId, ...(await wrapped(kms, KeyId, randomBytes(32))) };
    const text = kms.send("ImportKeyMaterial", { ...sent, ValidTo: "2026-03-02T00:00:00Z" });
    expect(await refusal(text)).toEqual({
      code: "SerializationException",
      message: "STRING_VALUE can not be converted to milliseconds since epoch",
    });
    for (const seconds of [1e300, -1e300]) {
      const attempt = kms.send("ImportKeyMaterial", { ...sent, ValidTo: seconds });
      expect(await codeOf(attempt)).toBe("ValidationException");
    }
  });

  test("UnsupportedOperationException for a key whose material KMS made", async () => {
    const theirs = await external();
    const sent = await wrapped(kms, theirs, randomBytes(32));
    const KeyId = await kms.newKey();
    expect(await refusal(kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is AWS_KMS which is not valid for this operation.`,
    });
  });

  test("KMSInvalidStateException for a key that is pending deletion", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, KeyId, randomBytes(32));
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await refusal(kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending deletion.`,
    });
  });

  test("InvalidImportTokenException for the token of another key", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, await external(), randomBytes(32));
    expect(await refusal(kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver }))).toEqual({
      code: "InvalidImportTokenException",
      message: undefined,
    });
    await requireEmpty(KeyId);
  });

  test("InvalidImportTokenException for a token that was altered, cut, or never made", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, KeyId, randomBytes(32));
    const attempt = async (ImportToken: Buffer<ArrayBuffer>) =>
      await codeOf(kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver, ImportToken }));
    const token = Buffer.from(sent.ImportToken);
    for (let at = 0; at < token.length; at += 1) {
      const altered = Buffer.from(token);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(await attempt(altered)).toBe("InvalidImportTokenException");
    }
    for (const other of [token.subarray(0, -1), Buffer.alloc(1), randomBytes(6144)]) {
      expect(await attempt(Buffer.from(other))).toBe("InvalidImportTokenException");
    }
    await requireEmpty(KeyId);
  });

  test("InvalidImportTokenException for a pagination marker in the place of a token", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, KeyId, randomBytes(32));
    const { NextMarker = "" } = await kms.call("ListKeys", { Limit: 1 });
    const ImportToken = Buffer.from(NextMarker, "base64url");
    const attempt = kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver, ImportToken });
    expect(await codeOf(attempt)).toBe("InvalidImportTokenException");
  });

  test("ExpiredImportTokenException from 24 hours on, whether the wrapping key is still stored or not", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, KeyId, randomBytes(32));
    kms.nowMs += day;
    const attempt = async () =>
      await refusal(kms.call("ImportKeyMaterial", { KeyId, ...sent, ...forEver }));
    const refused = { code: "ExpiredImportTokenException", message: undefined };
    expect(await attempt()).toEqual(refused);
    await kms.runLifecycle();
    expect(await attempt()).toEqual(refused);
    kms.nowMs -= 1;
  });

  test("a token is good for as long as 24 hours, and more than once", async () => {
    const KeyId = await external();
    const sent = { KeyId, ...(await wrapped(kms, KeyId, randomBytes(32))), ...forEver };
    kms.nowMs += day - 1;
    const first = await kms.call("ImportKeyMaterial", sent);
    expect(await kms.call("ImportKeyMaterial", sent)).toEqual(first);
  });

  test("ValidationException for a ciphertext that is not as long as the wrapping key makes them", async () => {
    const KeyId = await external();
    const sent = await wrapped(kms, KeyId, randomBytes(32));
    for (const length of [1, 255, 257, 6144]) {
      const EncryptedKeyMaterial = Buffer.alloc(length, 1);
      const input = { KeyId, ...sent, ...forEver, EncryptedKeyMaterial };
      expect(await refusal(kms.call("ImportKeyMaterial", input))).toEqual({
        code: "ValidationException",
        message: "Invalid encrypted key size.",
      });
    }
  });

  test("InvalidCiphertextException for what was wrapped for another key, or in another way", async () => {
    const KeyId = await external();
    const own = await kms.call("GetParametersForImport", {
      KeyId,
      WrappingAlgorithm: "RSAES_OAEP_SHA_256",
      WrappingKeySpec: "RSA_2048",
    });
    const other = await wrapped(kms, KeyId, randomBytes(32));
    const { PublicKey = new Uint8Array(), ImportToken } = own;
    for (const EncryptedKeyMaterial of [
      other.EncryptedKeyMaterial,
      wrapFor(PublicKey, "RSAES_OAEP_SHA_1", randomBytes(32)),
      Buffer.alloc(256, 1),
    ]) {
      const input = { KeyId, ImportToken, EncryptedKeyMaterial, ...forEver };
      expect(await refusal(kms.call("ImportKeyMaterial", input))).toEqual({
        code: "InvalidCiphertextException",
        message: undefined,
      });
    }
    await requireEmpty(KeyId);
  });

  test.each([
    ["SYMMETRIC_DEFAULT", () => randomBytes(31), undefined],
    ["SYMMETRIC_DEFAULT", () => randomBytes(33), undefined],
    ["HMAC_256", () => randomBytes(31), undefined],
    ["HMAC_256", () => randomBytes(129), undefined],
    ["ECC_NIST_P256", () => pkcs8(newPrivateKey("ECC_SECG_P256K1")), undefined],
    ["ECC_NIST_P256", () => randomBytes(32), undefined],
    ["RSA_3072", () => pkcs8(newPrivateKey("RSA_2048")), "RSA_AES_KEY_WRAP_SHA_256"],
  ] as const)(
    "IncorrectKeyMaterialException for what is not a key of %s (%#)",
    async (spec, make, WrappingAlgorithm) => {
      const KeyId = await external(spec);
      const way = WrappingAlgorithm === undefined ? {} : { WrappingAlgorithm };
      const attempt = importInto(kms, KeyId, make(), way);
      expect(await refusal(attempt)).toEqual({
        code: "IncorrectKeyMaterialException",
        message: undefined,
      });
      expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "PendingImport" });
    },
  );

  test("ValidationException for members that only symmetric keys have", async () => {
    const KeyId = await external("HMAC_256");
    for (const said of [
      { ImportType: "NEW_KEY_MATERIAL" as const },
      { KeyMaterialDescription: "x" },
      { KeyMaterialId: "a".repeat(64) },
    ]) {
      const attempt = importInto(kms, KeyId, randomBytes(32), said);
      expect(await codeOf(attempt)).toBe("ValidationException");
    }
  });

  test("ValidationException for a KeyMaterialId of new key material", async () => {
    const KeyId = await external();
    const said = { ImportType: "NEW_KEY_MATERIAL", KeyMaterialId: "a".repeat(64) } as const;
    const attempt = importInto(kms, KeyId, randomBytes(32), said);
    expect(await codeOf(attempt)).toBe("ValidationException");
  });

  test("AccessDeniedException where the policy wants key material to expire soon", async () => {
    const until = new Date(kms.nowMs + 10 * day).toISOString();
    const Condition = {
      StringEquals: { "kms:ExpirationModel": "KEY_MATERIAL_EXPIRES" },
      DateLessThan: { "kms:ValidTo": until },
    };
    const Policy = JSON.stringify({
      Statement: [
        allow(["kms:PutKeyPolicy", "kms:GetParametersForImport"]),
        allow(["kms:ImportKeyMaterial"], { Condition }),
      ],
    });
    const KeyId = await kms.newKey({ Origin: "EXTERNAL", Policy });
    const material = randomBytes(32);
    const model = { ExpirationModel: "KEY_MATERIAL_EXPIRES" } as const;
    const late = { ...model, ValidTo: new Date(kms.nowMs + 11 * day) };
    for (const said of [{}, late]) {
      const attempt = importInto(kms, KeyId, material, said);
      expect(await codeOf(attempt)).toBe("AccessDeniedException");
    }
    await importInto(kms, KeyId, material, { ...model, ValidTo: new Date(kms.nowMs + 9 * day) });
  });
});

describe("importing again", () => {
  test("takes the same key material, and may change when it expires and what is said of it", async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    const first = await importInto(kms, KeyId, material, { KeyMaterialDescription: "first" });
    const CiphertextBlob = await encrypted(KeyId);
    const ValidTo = new Date(kms.nowMs + day);
    expect(await importInto(kms, KeyId, material, { ValidTo })).toEqual(first);
    expect(await metadataOf(KeyId)).toMatchObject({
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo,
      CurrentKeyMaterialId: first.KeyMaterialId,
    });
    expect(await opened(CiphertextBlob)).toEqual(plaintext);
    const listed = async () => {
      const IncludeKeyMaterial = "ALL_KEY_MATERIAL";
      return (await kms.call("ListKeyRotations", { KeyId, IncludeKeyMaterial })).Rotations?.[0];
    };
    expect((await listed())?.KeyMaterialDescription).toBe("first");
    await importInto(kms, KeyId, material, { KeyMaterialDescription: "second" });
    expect(await listed()).toMatchObject({
      KeyMaterialDescription: "second",
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    expect(await metadataOf(KeyId)).toMatchObject(forEver);
  });

  test("brings back what was deleted: old ciphertexts open again", async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    const { KeyMaterialId } = await importInto(kms, KeyId, material);
    const CiphertextBlob = await encrypted(KeyId);
    await kms.call("DeleteImportedKeyMaterial", { KeyId });
    const again = await importInto(kms, KeyId, material, { KeyMaterialId });
    expect(again.KeyMaterialId).toBe(KeyMaterialId);
    expect(await opened(CiphertextBlob)).toEqual(plaintext);
  });

  test("leaves a disabled key disabled", async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    await importInto(kms, KeyId, material);
    await kms.call("DisableKey", { KeyId });
    await importInto(kms, KeyId, material);
    expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "Disabled" });
  });

  test.each(["SYMMETRIC_DEFAULT", "HMAC_512"] as const)(
    "IncorrectKeyMaterialException for other key material of %s, deleted or not",
    async (spec) => {
      const KeyId = await external(spec);
      await importInto(kms, KeyId, randomBytes(64).subarray(spec === "HMAC_512" ? 0 : 32));
      const other = randomBytes(64).subarray(spec === "HMAC_512" ? 0 : 32);
      expect(await codeOf(importInto(kms, KeyId, other))).toBe("IncorrectKeyMaterialException");
      await kms.call("DeleteImportedKeyMaterial", { KeyId });
      expect(await codeOf(importInto(kms, KeyId, other))).toBe("IncorrectKeyMaterialException");
      expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "PendingImport" });
    },
  );

  test("IncorrectKeyMaterialException for another private key of the same spec", async () => {
    const KeyId = await external("ECC_NIST_P256");
    const own = newPrivateKey("ECC_NIST_P256");
    await importInto(kms, KeyId, pkcs8(own));
    const attempt = importInto(kms, KeyId, pkcs8(newPrivateKey("ECC_NIST_P256")));
    expect(await codeOf(attempt)).toBe("IncorrectKeyMaterialException");
    await importInto(kms, KeyId, pkcs8(own));
  });

  test("IncorrectKeyMaterialException for existing key material of a key that has none, or another id", async () => {
    const KeyId = await external();
    const ImportType = "EXISTING_KEY_MATERIAL";
    const material = randomBytes(32);
    const early = importInto(kms, KeyId, material, { ImportType });
    expect(await codeOf(early)).toBe("IncorrectKeyMaterialException");
    await importInto(kms, KeyId, material);
    const named = { ImportType, KeyMaterialId: "a".repeat(64) } as const;
    expect(await codeOf(importInto(kms, KeyId, material, named))).toBe(
      "IncorrectKeyMaterialException",
    );
  });
});

describe("new key material for a symmetric key", () => {
  const ImportType = "NEW_KEY_MATERIAL";

  test("waits for its rotation", async () => {
    const KeyId = await external();
    const first = await importInto(kms, KeyId, randomBytes(32));
    const second = await importInto(kms, KeyId, randomBytes(32), { ImportType });
    expect(second.KeyMaterialId).not.toBe(first.KeyMaterialId);
    expect(await metadataOf(KeyId)).toMatchObject({
      KeyState: "Enabled",
      CurrentKeyMaterialId: first.KeyMaterialId,
    });
  });

  test("KMSInvalidStateException while other key material waits", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    const pending = await importInto(kms, KeyId, randomBytes(32), { ImportType });
    const { code, message } = await refusal(
      importInto(kms, KeyId, randomBytes(32), { ImportType }),
    );
    expect(code).toBe("KMSInvalidStateException");
    const id = /\(id: ([0-9a-f]{64})\) cannot/.exec(message ?? "")?.[1];
    expect(id).not.toBe(pending.KeyMaterialId);
    expect(message).toBe(
      `New key material (id: ${id}) cannot be imported into KMS key ${kms.arn(KeyId)}, because ` +
        `another key material (id: ${pending.KeyMaterialId}) is pending rotation.`,
    );
  });

  test("IncorrectKeyMaterialException when the key has it already, current or waiting", async () => {
    const KeyId = await external();
    const current = randomBytes(32);
    const waiting = randomBytes(32);
    await importInto(kms, KeyId, current);
    await importInto(kms, KeyId, waiting, { ImportType });
    for (const material of [current, waiting]) {
      const attempt = importInto(kms, KeyId, material, { ImportType });
      expect(await codeOf(attempt)).toBe("IncorrectKeyMaterialException");
    }
  });

  test("may be imported again while it waits, to change how long it is good for", async () => {
    const KeyId = await external();
    const current = randomBytes(32);
    const waiting = randomBytes(32);
    await importInto(kms, KeyId, current);
    const ValidTo = new Date(kms.nowMs + day);
    const first = await importInto(kms, KeyId, waiting, { ImportType, ValidTo });
    const again = await importInto(kms, KeyId, waiting);
    expect(again).toEqual(first);
    kms.nowMs += 2 * day;
    await kms.runLifecycle();
    await kms.call("RotateKeyOnDemand", { KeyId });
    expect(await metadataOf(KeyId)).toMatchObject({
      KeyState: "Enabled",
      CurrentKeyMaterialId: first.KeyMaterialId,
    });
  });

  test("takes the place of key material that waited until it expired, which is on record", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    const ValidTo = new Date(kms.nowMs + day);
    const stale = await importInto(kms, KeyId, randomBytes(32), { ImportType, ValidTo });
    kms.nowMs += day;
    const fresh = await importInto(kms, KeyId, randomBytes(32), { ImportType });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "DeleteExpiredKeyMaterial",
      serviceEventDetails: { keyId: KeyId, keyMaterialId: stale.KeyMaterialId },
    });
    await kms.call("RotateKeyOnDemand", { KeyId });
    expect(await metadataOf(KeyId)).toMatchObject({ CurrentKeyMaterialId: fresh.KeyMaterialId });
  });

  test("does not go twice when two are imported at the same time", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    const attempts = [1, 2, 3].map(
      async () => await importInto(kms, KeyId, randomBytes(32), { ImportType }),
    );
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("first imports at the same time make one key material", async () => {
    const KeyId = await external();
    const attempts = [1, 2, 3].map(async () => await importInto(kms, KeyId, randomBytes(32)));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await opened(await encrypted(KeyId))).toEqual(plaintext);
  });
});
