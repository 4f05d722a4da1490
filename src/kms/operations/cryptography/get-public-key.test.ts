import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto, newPrivateKey, pkcs8 } from "../../../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("GetPublicKey", () => {
  test("gives the key as SubjectPublicKeyInfo, with what it is for, and again unchanged", async () => {
    const KeyId = await kms.newKey({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    const answer = await kms.call("GetPublicKey", { KeyId });
    expect(answer).toEqual({
      KeyId: kms.arn(KeyId),
      PublicKey: expect.any(Uint8Array),
      CustomerMasterKeySpec: "RSA_2048",
      KeySpec: "RSA_2048",
      KeyUsage: "ENCRYPT_DECRYPT",
      EncryptionAlgorithms: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    });
    const key = Buffer.from(answer.PublicKey ?? []);
    const read = createPublicKey({ key, type: "spki", format: "der" });
    expect(read.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    answer.PublicKey?.fill(0);
    expect((await kms.call("GetPublicKey", { KeyId })).PublicKey).toEqual(key);
  });

  test.each([
    ["a symmetric key", {}],
    ["an HMAC key", { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }],
    ["a symmetric key without key material", { Origin: "EXTERNAL" }],
  ] as const)("refuses %s, which has no public half", async (_what, spec) => {
    const KeyId = await kms.newKey(spec);
    expect(await refusal(kms.call("GetPublicKey", { KeyId }))).toEqual({
      code: "UnsupportedOperationException",
      message: undefined,
    });
  });

  test("gives none when the one that is stored is not that of the key", async () => {
    const KeyId = await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const name = { accountId: "111122223333", region: "eu-west-1", keyId: KeyId };
    const [stored] = await kms.store.listKeyMaterials(name);
    const read = await kms.store.findKeyMaterial(name, stored?.reference ?? "");
    const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    // What the store holds in memory is changed, as if its file had been.
    read?.publicKey?.set(pair.publicKey.export({ type: "spki", format: "der" }));
    await expect(kms.call("GetPublicKey", { KeyId })).rejects.toMatchObject({
      code: "KMSInternalException",
      status: 500,
    });
  });

  test.each(["AWS_KMS", "EXTERNAL"] as const)(
    "gives none when the key material was taken out of the store, and another key put in (%s)",
    async (Origin) => {
      const spec = { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" } as const;
      const KeyId = await kms.newKey({ Origin, ...spec });
      const own = pkcs8(newPrivateKey("ECC_NIST_P256"));
      if (Origin === "EXTERNAL") await importInto(kms, KeyId, own);
      const name = { accountId: "111122223333", region: "eu-west-1", keyId: KeyId };
      const [stored] = await kms.store.listKeyMaterials(name);
      if (stored === undefined) throw new Error("no key material");
      const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const publicKey = pair.publicKey.export({ type: "spki", format: "der" });
      const rowVersion = stored.rowVersion + 1;
      const record = { ...stored, wrapped: null, publicKey, rowVersion };
      await kms.store.commit([{ kind: "update", table: "keyMaterials", record }]);
      await expect(kms.call("GetPublicKey", { KeyId })).rejects.toMatchObject({
        code: "KMSInternalException",
        status: 500,
      });
    },
  );

  test("KMSInvalidStateException before a key was imported", async () => {
    const KeyId = await kms.newKey({
      Origin: "EXTERNAL",
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
    });
    expect(await refusal(kms.call("GetPublicKey", { KeyId }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending import.`,
    });
  });

  test("works for a disabled key and not for one that is pending deletion", async () => {
    const KeyId = await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    await kms.call("DisableKey", { KeyId });
    expect(await kms.call("GetPublicKey", { KeyId })).toHaveProperty("PublicKey");
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await refusal(kms.call("GetPublicKey", { KeyId }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending deletion.`,
    });
  });
});
