import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto, newPrivateKey, pkcs8 } from "../../../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("DeleteImportedKeyMaterial", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  async function external() {
    return await kms.newKey({ Origin: "EXTERNAL" });
  }

  async function metadataOf(KeyId: string) {
    return (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
  }

  async function encrypt(KeyId: string) {
    return await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
  }

  test("makes the key wait for its key material, whose id stays", async () => {
    const KeyId = await external();
    const { KeyMaterialId } = await importInto(kms, KeyId, randomBytes(32));
    const { CiphertextBlob } = await encrypt(KeyId);
    const output = await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(output).toEqual({ KeyId: kms.arn(KeyId), KeyMaterialId });
    const metadata = await metadataOf(KeyId);
    expect(metadata).toMatchObject({
      KeyState: "PendingImport",
      Enabled: false,
      CurrentKeyMaterialId: KeyMaterialId,
    });
    expect(metadata).not.toHaveProperty("ExpirationModel");
    expect(metadata).not.toHaveProperty("ValidTo");
    const refused = {
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending import.`,
    };
    expect(await refusal(encrypt(KeyId))).toEqual(refused);
    expect(await refusal(kms.call("Decrypt", { CiphertextBlob }))).toEqual(refused);
  });

  test("wipes the vault's copy, and takes the wrapped bytes out of every file", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    const wrapped = kms.wrappedMaterials.at(-1) ?? Buffer.alloc(0);
    const found = (): number => kms.files().filter(({ bytes }) => bytes.includes(wrapped)).length;
    expect(found()).toBeGreaterThan(0);
    await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(kms.vaultCommands.at(-1)).toBe("forgetKeyMaterial");
    await kms.runLifecycle();
    expect(found()).toBe(0);
  });

  test("is done although the vault is away", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    kms.broken.vault = "away";
    await kms.call("DeleteImportedKeyMaterial", { KeyId });
    kms.broken.vault = undefined;
    expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "PendingImport" });
  });

  test("keeps the public half of an asymmetric key, and names no key material", async () => {
    const KeyId = await kms.newKey({
      Origin: "EXTERNAL",
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
    });
    await importInto(kms, KeyId, pkcs8(newPrivateKey("ECC_NIST_P256")));
    const before = await kms.call("GetPublicKey", { KeyId });
    const output = await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(output).toEqual({ KeyId: kms.arn(KeyId) });
    expect(await kms.call("GetPublicKey", { KeyId })).toEqual(before);
  });

  test("has no effect and succeeds when there is nothing to delete", async () => {
    const KeyId = await external();
    const empty = await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(empty).toEqual({ KeyId: kms.arn(KeyId) });
    await importInto(kms, KeyId, randomBytes(32));
    const first = await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(await kms.call("DeleteImportedKeyMaterial", { KeyId })).toEqual(first);
  });

  test("of waiting key material leaves the key as it is, and room for another", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    const ImportType = "NEW_KEY_MATERIAL";
    const { KeyMaterialId } = await importInto(kms, KeyId, randomBytes(32), { ImportType });
    await kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    await encrypt(KeyId);
    const other = await importInto(kms, KeyId, randomBytes(32), { ImportType });
    expect(other.KeyMaterialId).not.toBe(KeyMaterialId);
  });

  test("of former key material makes the key wait as well", async () => {
    const KeyId = await external();
    const former = randomBytes(32);
    const { KeyMaterialId } = await importInto(kms, KeyId, former);
    const { CiphertextBlob } = await encrypt(KeyId);
    await importInto(kms, KeyId, randomBytes(32), { ImportType: "NEW_KEY_MATERIAL" });
    await kms.call("RotateKeyOnDemand", { KeyId });
    await kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect((await refusal(encrypt(KeyId))).message).toBe(`${kms.arn(KeyId)} is pending import.`);
    // Neither named nor the current one: it is recognised.
    expect(await importInto(kms, KeyId, former)).toMatchObject({ KeyMaterialId });
    await encrypt(KeyId);
    await kms.call("Decrypt", { CiphertextBlob });
  });

  test("leaves a key that is pending deletion so, and saved it waits for its key material", async () => {
    const KeyId = await external();
    await importInto(kms, KeyId, randomBytes(32));
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await metadataOf(KeyId)).toHaveProperty("ExpirationModel");
    await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "PendingDeletion" });
    expect(await metadataOf(KeyId)).not.toHaveProperty("ExpirationModel");
    await kms.call("CancelKeyDeletion", { KeyId });
    expect(await metadataOf(KeyId)).toMatchObject({ KeyState: "PendingImport" });
  });

  test("is on record with the key material it deleted", async () => {
    const KeyId = await external();
    const { KeyMaterialId } = await importInto(kms, KeyId, randomBytes(32));
    await kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect(kms.lastRecord()).toMatchObject({
      eventName: "DeleteImportedKeyMaterial",
      readOnly: false,
      requestParameters: { keyId: KeyId, keyMaterialId: KeyMaterialId },
      responseElements: { keyId: kms.arn(KeyId), keyMaterialId: KeyMaterialId },
    });
  });

  test("UnsupportedOperationException for a key whose material KMS made", async () => {
    const KeyId = await kms.newKey();
    expect(await refusal(kms.call("DeleteImportedKeyMaterial", { KeyId }))).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId)} origin is AWS_KMS which is not valid for this operation.`,
    });
  });

  test("NotFoundException for key material that the key never had", async () => {
    const KeyId = await external();
    const KeyMaterialId = "a".repeat(64);
    const attempt = kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect((await refusal(attempt)).code).toBe("NotFoundException");
  });

  test("ValidationException for a KeyMaterialId of a key that is not symmetric", async () => {
    const KeyId = await kms.newKey({
      Origin: "EXTERNAL",
      KeySpec: "HMAC_256",
      KeyUsage: "GENERATE_VERIFY_MAC",
    });
    const KeyMaterialId = "a".repeat(64);
    const attempt = kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect((await refusal(attempt)).code).toBe("ValidationException");
  });
});
