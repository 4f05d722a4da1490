import { createPublicKey, randomBytes } from "node:crypto";
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto, newPrivateKey, pkcs8 } from "../../../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { Input, OperationName, Output } from "../../contract.ts";

const day = 86_400_000;
const plaintext = Buffer.from("correct horse battery staple");
const here = "eu-west-1";
const there = "us-east-1";
const ImportType = "NEW_KEY_MATERIAL";

describe("imported key material of multi-Region keys", () => {
  let kms: KmsBench;
  let abroad: Pick<KmsBench, "call">;
  beforeAll(async () => {
    kms = await kmsBench();
    abroad = {
      call: async <Name extends OperationName>(name: Name, input: Input<Name>) =>
        await kms.call(name, input, { region: there }),
    };
  });
  afterAll(async () => await kms.close());

  async function primary(spec: CreateKeyRequest = {}): Promise<string> {
    return await kms.newKey({ Origin: "EXTERNAL", MultiRegion: true, ...spec });
  }

  /** A primary with its key material, and a replica without. */
  async function pairOf(material: Uint8Array): Promise<string> {
    const KeyId = await primary();
    await importInto(kms, KeyId, material);
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there });
    return KeyId;
  }

  async function encrypt(KeyId: string, region = here): Promise<Uint8Array> {
    const input = { KeyId, Plaintext: plaintext };
    const { CiphertextBlob } = await kms.call("Encrypt", input, { region });
    return CiphertextBlob ?? new Uint8Array();
  }

  async function opened(CiphertextBlob: Uint8Array, region = here): Promise<Buffer> {
    const { Plaintext } = await kms.call("Decrypt", { CiphertextBlob }, { region });
    return Buffer.from(Plaintext ?? []);
  }

  async function metadataIn(region: string, KeyId: string) {
    return (await kms.call("DescribeKey", { KeyId }, { region })).KeyMetadata;
  }

  async function statesIn(region: string, KeyId: string) {
    const IncludeKeyMaterial = "ALL_KEY_MATERIAL";
    const asked = { KeyId, IncludeKeyMaterial } as const;
    const { Rotations = [] } = await kms.call("ListKeyRotations", asked, { region });
    return Rotations.map((one) => [one.KeyMaterialState, one.ImportState]);
  }

  async function rotated(KeyId: string): Promise<Output<"RotateKeyOnDemand">> {
    return await kms.call("RotateKeyOnDemand", { KeyId });
  }

  test("a replica waits for the primary's key material, and then opens its ciphertexts", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    const blob = await encrypt(KeyId);
    expect(await metadataIn(there, KeyId)).toMatchObject({ KeyState: "PendingImport" });
    expect(await refusal(encrypt(KeyId, there))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId, { region: there })} is pending import.`,
    });
    expect((await refusal(opened(blob, there))).code).toBe("KMSInvalidStateException");
    const imported = await importInto(abroad, KeyId, material);
    expect(imported.KeyMaterialId).toBe((await metadataIn(here, KeyId))?.CurrentKeyMaterialId);
    expect(await metadataIn(there, KeyId)).toMatchObject({ KeyState: "Enabled" });
    expect(await opened(blob, there)).toEqual(plaintext);
    expect(await opened(await encrypt(KeyId, there))).toEqual(plaintext);
  });

  test("a replica of an asymmetric key takes the same private key, and signs with it", async () => {
    const KeyId = await primary({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const privateKey = newPrivateKey("ECC_NIST_P256");
    await importInto(kms, KeyId, pkcs8(privateKey));
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there });
    await importInto(abroad, KeyId, pkcs8(privateKey));
    const { PublicKey } = await abroad.call("GetPublicKey", { KeyId });
    const own = createPublicKey(privateKey).export({ type: "spki", format: "der" });
    expect(Buffer.from(PublicKey ?? [])).toEqual(own);
    const signing = { KeyId, Message: plaintext, SigningAlgorithm: "ECDSA_SHA_256" } as const;
    const { Signature } = await abroad.call("Sign", signing);
    const verified = await kms.call("Verify", { ...signing, Signature });
    expect(verified.SignatureValid).toBe(true);
  });

  test("IncorrectKeyMaterialException for other key material at a replica", async () => {
    const KeyId = await pairOf(randomBytes(32));
    const attempt = importInto(abroad, KeyId, randomBytes(32));
    expect((await refusal(attempt)).code).toBe("IncorrectKeyMaterialException");
  });

  test("InvalidImportTokenException for the token of another Region", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    const { ImportToken } = await kms.call("GetParametersForImport", {
      KeyId,
      WrappingAlgorithm: "RSAES_OAEP_SHA_256",
      WrappingKeySpec: "RSA_2048",
    });
    const attempt = importInto(abroad, KeyId, material, { ImportToken });
    expect((await refusal(attempt)).code).toBe("InvalidImportTokenException");
  });

  test("each Region has its own expiry, and deletion in one leaves the other", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    await importInto(abroad, KeyId, material, { ValidTo: new Date(kms.nowMs + day) });
    const blob = await encrypt(KeyId, there);
    kms.nowMs += day;
    expect((await refusal(opened(blob, there))).code).toBe("KMSInvalidStateException");
    expect(await opened(blob)).toEqual(plaintext);
    await kms.runLifecycle();
    expect(await opened(blob)).toEqual(plaintext);
    await importInto(abroad, KeyId, material);
    await kms.call("DeleteImportedKeyMaterial", { KeyId });
    expect((await refusal(opened(blob))).code).toBe("KMSInvalidStateException");
    expect(await opened(blob, there)).toEqual(plaintext);
  });

  test("new key material is imported everywhere before the key is rotated, everywhere", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    await importInto(abroad, KeyId, material);
    const next = randomBytes(32);
    const { KeyMaterialId } = await importInto(kms, KeyId, next, { ImportType });
    const waiting = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
    expect(await statesIn(here, KeyId)).toEqual([
      ["CURRENT", "IMPORTED"],
      [waiting, "IMPORTED"],
    ]);
    expect(await statesIn(there, KeyId)).toEqual([
      ["CURRENT", "IMPORTED"],
      [waiting, "PENDING_IMPORT"],
    ]);
    expect(await refusal(rotated(KeyId))).toEqual({
      code: "KMSInvalidStateException",
      message: `No available key material pending rotation for the key: ${kms.arn(KeyId)}.`,
    });
    // A replica is of use meanwhile.
    expect(await opened(await encrypt(KeyId, there))).toEqual(plaintext);
    expect(await importInto(abroad, KeyId, next)).toMatchObject({ KeyMaterialId });
    expect(await statesIn(there, KeyId)).toEqual([
      ["CURRENT", "IMPORTED"],
      ["PENDING_ROTATION", "IMPORTED"],
    ]);
    const old = await encrypt(KeyId);
    await rotated(KeyId);
    for (const region of [here, there]) {
      const metadata = await metadataIn(region, KeyId);
      expect(metadata).toMatchObject({
        KeyState: "Enabled",
        CurrentKeyMaterialId: KeyMaterialId,
      });
      expect(await opened(old, region)).toEqual(plaintext);
      expect(await opened(await encrypt(KeyId, there), region)).toEqual(plaintext);
    }
  });

  test("new key material goes from everywhere when it is deleted at the primary", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    await importInto(abroad, KeyId, material);
    const next = randomBytes(32);
    const { KeyMaterialId } = await importInto(kms, KeyId, next, { ImportType });
    await importInto(abroad, KeyId, next);
    // At the replica it can be imported again.
    await abroad.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect((await statesIn(there, KeyId))[1]?.[1]).toBe("PENDING_IMPORT");
    await importInto(abroad, KeyId, next);
    await kms.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    for (const region of [here, there]) {
      expect(await statesIn(region, KeyId)).toEqual([["CURRENT", "IMPORTED"]]);
      expect(await opened(await encrypt(KeyId, region))).toEqual(plaintext);
    }
    await importInto(kms, KeyId, randomBytes(32), { ImportType });
    expect(await statesIn(there, KeyId)).toHaveLength(2);
  });

  test("new key material that expires at the primary goes from everywhere", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    const ValidTo = new Date(kms.nowMs + day);
    await importInto(kms, KeyId, randomBytes(32), { ImportType, ValidTo });
    kms.nowMs += day;
    await kms.runLifecycle();
    expect(await statesIn(here, KeyId)).toHaveLength(1);
    expect(await statesIn(there, KeyId)).toHaveLength(1);
  });

  test("a replica that has become the primary can do without key material it never got", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    await importInto(abroad, KeyId, material);
    const next = randomBytes(32);
    const { KeyMaterialId } = await importInto(kms, KeyId, next, { ImportType });
    await kms.call("UpdatePrimaryRegion", { KeyId, PrimaryRegion: there });
    const attempt = importInto(abroad, KeyId, randomBytes(32), { ImportType });
    expect((await refusal(attempt)).code).toBe("KMSInvalidStateException");
    await abroad.call("DeleteImportedKeyMaterial", { KeyId, KeyMaterialId });
    expect(await statesIn(here, KeyId)).toHaveLength(1);
    await importInto(abroad, KeyId, randomBytes(32), { ImportType });
    expect(await statesIn(here, KeyId)).toHaveLength(2);
  });

  test("UnsupportedOperationException for new key material at a replica", async () => {
    const material = randomBytes(32);
    const KeyId = await pairOf(material);
    await importInto(abroad, KeyId, material);
    const attempt = importInto(abroad, KeyId, randomBytes(32), { ImportType });
    expect(await refusal(attempt)).toEqual({
      code: "UnsupportedOperationException",
      message: `${kms.arn(KeyId, { region: there })} is not a multi-region primary key.`,
    });
  });

  test("KMSInvalidStateException for a replica of a primary that has no key material yet", async () => {
    const KeyId = await primary();
    const attempt = kms.call("ReplicateKey", { KeyId, ReplicaRegion: there });
    expect(await refusal(attempt)).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending import.`,
    });
  });

  test("a replica that is made after rotations waits for all key material", async () => {
    const KeyId = await primary();
    const materials = [randomBytes(32), randomBytes(32)] as const;
    await importInto(kms, KeyId, materials[0]);
    const old = await encrypt(KeyId);
    await importInto(kms, KeyId, materials[1], { ImportType });
    await rotated(KeyId);
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there });
    await importInto(abroad, KeyId, materials[1]);
    expect(await metadataIn(there, KeyId)).toMatchObject({ KeyState: "PendingImport" });
    await importInto(abroad, KeyId, materials[0]);
    expect(await opened(old, there)).toEqual(plaintext);
  });
});
