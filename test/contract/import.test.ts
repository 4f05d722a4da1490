import { createPublicKey, randomBytes, verify } from "node:crypto";
import type { ImportKeyMaterialRequest } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newPrivateKey, pkcs8, wrapFor } from "../customer.ts";
import { answer, type Contract, noMessage, refusal, startContract } from "./contract.ts";

const day = 86_400_000;
const ways = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;
const forEver = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" } as const;
const KeyMaterialId = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

async function external(): Promise<string> {
  return await contract.newKey({ Origin: "EXTERNAL" });
}

async function parametersFor(KeyId: string) {
  return await answer(contract.kms.getParametersForImport({ KeyId, ...ways }));
}

/** Asks for parameters, wraps, and sends. */
async function importInto(
  KeyId: string,
  material: Uint8Array,
  said: Partial<ImportKeyMaterialRequest> = forEver,
) {
  const { PublicKey, ImportToken } = await parametersFor(KeyId);
  const wrapped = wrapFor(PublicKey ?? new Uint8Array(), ways.WrappingAlgorithm, material);
  const input = { KeyId, ImportToken, EncryptedKeyMaterial: wrapped, ...said };
  return await answer(contract.kms.importKeyMaterial(input));
}

async function metadataOf(KeyId: string) {
  return (await contract.kms.describeKey({ KeyId })).KeyMetadata;
}

/** A refusal that comes without a message. */
function without(name: string): object {
  return { name, message: noMessage, status: 400 };
}

describe("a key whose material is imported", () => {
  test("waits for it, then encrypts, and waits again when it is deleted", async () => {
    const created = await answer(contract.kms.createKey({ Origin: "EXTERNAL" }));
    const KeyId = created.KeyMetadata?.KeyId ?? "";
    const arn = contract.arn(`key/${KeyId}`);
    const waiting = {
      AWSAccountId: contract.keyhaven.accountId,
      KeyId,
      Arn: arn,
      CreationDate: expect.any(Date) as unknown,
      Enabled: false,
      Description: "",
      KeyUsage: "ENCRYPT_DECRYPT",
      KeyState: "PendingImport",
      Origin: "EXTERNAL",
      KeyManager: "CUSTOMER",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      MultiRegion: false,
    };
    expect(created.KeyMetadata).toEqual(waiting);
    const refused = {
      name: "KMSInvalidStateException",
      message: `${arn} is pending import.`,
      status: 400,
    };
    const Plaintext = Buffer.from("test content 123");
    expect(await refusal(contract.kms.encrypt({ KeyId, Plaintext }))).toEqual(refused);

    const parameters = await parametersFor(KeyId);
    expect(parameters).toEqual({
      KeyId: arn,
      ImportToken: expect.any(Uint8Array) as unknown,
      PublicKey: expect.any(Uint8Array) as unknown,
      ParametersValidTo: expect.any(Date) as unknown,
    });
    const leftMs = (parameters.ParametersValidTo?.getTime() ?? 0) - Date.now();
    expect(Math.abs(leftMs - day)).toBeLessThan(60_000);

    const imported = await importInto(KeyId, randomBytes(32));
    expect(imported).toEqual({ KeyId: arn, KeyMaterialId });
    const CurrentKeyMaterialId = imported.KeyMaterialId;
    expect(await metadataOf(KeyId)).toEqual({
      ...waiting,
      ...forEver,
      Enabled: true,
      KeyState: "Enabled",
      CurrentKeyMaterialId,
    });
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext });
    const decrypted = await contract.kms.decrypt({ CiphertextBlob });
    expect(Buffer.from(decrypted.Plaintext ?? [])).toEqual(Plaintext);

    const deleted = await answer(contract.kms.deleteImportedKeyMaterial({ KeyId }));
    expect(deleted).toEqual({ KeyId: arn, KeyMaterialId: CurrentKeyMaterialId });
    expect(await metadataOf(KeyId)).toEqual({ ...waiting, CurrentKeyMaterialId });
    expect(await refusal(contract.kms.encrypt({ KeyId, Plaintext }))).toEqual(refused);
  });

  test("tells when its material expires", async () => {
    const KeyId = await external();
    const ValidTo = new Date(Math.floor(Date.now() / 1000) * 1000 + day);
    await importInto(KeyId, randomBytes(32), { ValidTo });
    expect(await metadataOf(KeyId)).toMatchObject({
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo,
    });
  });

  test("signs with the customer's private key", async () => {
    const KeyId = await contract.newKey({
      Origin: "EXTERNAL",
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
    });
    const privateKey = newPrivateKey("ECC_NIST_P256");
    const imported = await importInto(KeyId, pkcs8(privateKey));
    expect(imported).toEqual({ KeyId: contract.arn(`key/${KeyId}`) });
    const Message = Buffer.from("m");
    const SigningAlgorithm = "ECDSA_SHA_256" as const;
    const { Signature } = await contract.kms.sign({ KeyId, Message, SigningAlgorithm });
    const own = createPublicKey(privateKey);
    expect(verify("sha256", Message, own, Buffer.from(Signature ?? []))).toBe(true);
  });

  test("is rotated to key material that was imported for it, and to nothing else", async () => {
    const KeyId = await external();
    const arn = contract.arn(`key/${KeyId}`);
    const first = await importInto(KeyId, randomBytes(32));
    expect(await refusal(contract.kms.rotateKeyOnDemand({ KeyId }))).toEqual({
      name: "KMSInvalidStateException",
      message: `No available key material pending rotation for the key: ${arn}.`,
      status: 400,
    });
    const said = { ...forEver, ImportType: "NEW_KEY_MATERIAL" } as const;
    const second = await importInto(KeyId, randomBytes(32), said);
    expect(await refusal(importInto(KeyId, randomBytes(32), said))).toMatchObject({
      name: "KMSInvalidStateException",
      message: expect.stringContaining(
        `another key material (id: ${second.KeyMaterialId}) is pending rotation.`,
      ) as unknown,
    });
    expect(await answer(contract.kms.rotateKeyOnDemand({ KeyId }))).toEqual({ KeyId: arn });
    const { Rotations } = await contract.kms.listKeyRotations({
      KeyId,
      IncludeKeyMaterial: "ALL_KEY_MATERIAL",
    });
    const there = { KeyId, ImportState: "IMPORTED", ...forEver };
    expect(Rotations).toEqual([
      { ...there, KeyMaterialId: first.KeyMaterialId, KeyMaterialState: "NON_CURRENT" },
      {
        ...there,
        KeyMaterialId: second.KeyMaterialId,
        KeyMaterialState: "CURRENT",
        RotationDate: expect.any(Date) as unknown,
        RotationType: "ON_DEMAND",
      },
    ]);
    const automatic = contract.kms.enableKeyRotation({ KeyId });
    expect(await refusal(automatic)).toEqual({
      name: "UnsupportedOperationException",
      message: `${arn} origin is EXTERNAL which is not valid for this operation.`,
      status: 400,
    });
  });
});

describe("refusals of imports, as the SDK shows them", () => {
  test("ValidationException without an end for material that expires, which is the default", async () => {
    const KeyId = await external();
    expect(await refusal(importInto(KeyId, randomBytes(32), {}))).toEqual({
      name: "ValidationException",
      message: "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
      status: 400,
    });
  });

  test("UnsupportedOperationException for a key whose material KMS made", async () => {
    const KeyId = await contract.newKey();
    expect(await refusal(contract.kms.getParametersForImport({ KeyId, ...ways }))).toEqual({
      name: "UnsupportedOperationException",
      message: `${contract.arn(`key/${KeyId}`)} origin is AWS_KMS which is not valid for this operation.`,
      status: 400,
    });
  });

  test("InvalidImportTokenException, InvalidCiphertextException and IncorrectKeyMaterialException without a message", async () => {
    const KeyId = await external();
    const { PublicKey = new Uint8Array(), ImportToken } = await parametersFor(KeyId);
    const attempt = async (said: Partial<ImportKeyMaterialRequest>) => {
      const EncryptedKeyMaterial = wrapFor(PublicKey, ways.WrappingAlgorithm, randomBytes(32));
      const sent = { KeyId, ImportToken, EncryptedKeyMaterial, ...forEver, ...said };
      return await refusal(contract.kms.importKeyMaterial(sent));
    };
    expect(await attempt({ ImportToken: Buffer.from("not a token") })).toEqual(
      without("InvalidImportTokenException"),
    );
    expect(await attempt({ EncryptedKeyMaterial: Buffer.alloc(256, 1) })).toEqual(
      without("InvalidCiphertextException"),
    );
    const short = wrapFor(PublicKey, ways.WrappingAlgorithm, randomBytes(16));
    expect(await attempt({ EncryptedKeyMaterial: short })).toEqual(
      without("IncorrectKeyMaterialException"),
    );
  });
});
