/** Custom key stores of type AWS_CLOUDHSM, in a PKCS#11 token of SoftHSM's, as the AWS SDK sees them. */
import { setTimeout as delay } from "node:timers/promises";
import type { CreateCustomKeyStoreRequest, CustomKeyStoresListEntry } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificates } from "../fuzz/test-certificates.ts";
import { clusterId, hasSoftHsm, type SoftHsm, softHsm, userPin } from "../soft-hsm.ts";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

const trustAnchor = certificates[0].cert;
const settings = {
  CustomKeyStoreName: "in the HSM",
  CloudHsmClusterId: clusterId,
  TrustAnchorCertificate: trustAnchor,
  KeyStorePassword: userPin,
} satisfies CreateCustomKeyStoreRequest;

describe.skipIf(!hasSoftHsm)("a key store in a CloudHSM cluster", () => {
  let hsm: SoftHsm;
  let contract: Contract;
  let CustomKeyStoreId: string;
  let KeyId: string;
  const EncryptionContext = { department: "payroll" };

  beforeAll(async () => {
    hsm = softHsm();
    contract = await startContract({ pkcs11: hsm.config });
  });
  afterAll(async () => {
    await contract.stop();
    hsm.remove();
  });

  async function entry(): Promise<CustomKeyStoresListEntry | undefined> {
    const { CustomKeyStores } = await contract.kms.describeCustomKeyStores({ CustomKeyStoreId });
    return CustomKeyStores?.[0];
  }

  async function until(state: string): Promise<void> {
    while ((await entry())?.ConnectionState !== state) await delay(50);
  }

  async function connect(): Promise<void> {
    await answer(contract.kms.connectCustomKeyStore({ CustomKeyStoreId }));
    await until("CONNECTED");
  }

  test("is made of a token, and described with everything but its password", async () => {
    const made = await answer(contract.kms.createCustomKeyStore(settings));
    CustomKeyStoreId = made.CustomKeyStoreId ?? "";
    expect(await entry()).toEqual({
      CustomKeyStoreId: expect.stringMatching(/^cks-[0-9a-f]{17}$/) as unknown,
      CustomKeyStoreName: "in the HSM",
      CustomKeyStoreType: "AWS_CLOUDHSM",
      CloudHsmClusterId: clusterId,
      TrustAnchorCertificate: trustAnchor,
      ConnectionState: "DISCONNECTED",
      CreationDate: expect.any(Date) as unknown,
    });
  });

  test("CloudHsmClusterInUseException: a cluster has one key store, in whichever Region", async () => {
    const second = { ...settings, CustomKeyStoreName: "another" };
    expect((await refusal(contract.kms.createCustomKeyStore(second))).name).toBe(
      "CloudHsmClusterInUseException",
    );
  });

  test("CustomKeyStoreInvalidStateException: no key before it is connected", async () => {
    const attempt = contract.kms.createKey({ Origin: "AWS_CLOUDHSM", CustomKeyStoreId });
    expect((await refusal(attempt)).name).toBe("CustomKeyStoreInvalidStateException");
  });

  test("is connected by the server; its keys encrypt and decrypt", async () => {
    await connect();
    const { KeyMetadata } = await contract.kms.createKey({
      Origin: "AWS_CLOUDHSM",
      CustomKeyStoreId,
    });
    expect(KeyMetadata).toMatchObject({
      Origin: "AWS_CLOUDHSM",
      CustomKeyStoreId,
      CloudHsmClusterId: clusterId,
      KeyState: "Enabled",
    });
    expect(KeyMetadata).not.toHaveProperty("CurrentKeyMaterialId");
    KeyId = KeyMetadata?.KeyId ?? "";
    const described = await contract.kms.describeKey({ KeyId });
    expect(described.KeyMetadata).toEqual(KeyMetadata);

    const Plaintext = Buffer.alloc(4096, 7);
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext, EncryptionContext });
    const opened = await contract.kms.decrypt({ CiphertextBlob, EncryptionContext });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    expect(opened).not.toHaveProperty("KeyMaterialId");
  });

  test("makes data keys, with plaintext and without", async () => {
    const request = { KeyId, KeySpec: "AES_256", EncryptionContext } as const;
    const { CiphertextBlob, Plaintext } = await contract.kms.generateDataKey(request);
    const opened = await contract.kms.decrypt({ CiphertextBlob, EncryptionContext });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext ?? []));
    const sealed = await contract.kms.generateDataKeyWithoutPlaintext(request);
    const other = await contract.kms.decrypt({ ...sealed, EncryptionContext });
    expect(other.Plaintext).toHaveLength(32);
  });

  test("re-encrypts from the vault's keys and to them", async () => {
    const own = await contract.newKey();
    const Plaintext = Buffer.from("moved about");
    const first = await contract.kms.encrypt({ KeyId: own, Plaintext });
    const inside = await contract.kms.reEncrypt({
      CiphertextBlob: first.CiphertextBlob,
      DestinationKeyId: KeyId,
      DestinationEncryptionContext: EncryptionContext,
    });
    const outside = await contract.kms.reEncrypt({
      CiphertextBlob: inside.CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: own,
    });
    const opened = await contract.kms.decrypt({ CiphertextBlob: outside.CiphertextBlob });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });

  test("InvalidCiphertextException for any altered byte, and for another context", async () => {
    const Plaintext = Buffer.from("p");
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext, EncryptionContext });
    const blob = Buffer.from(CiphertextBlob ?? []);
    const names = new Set<string>();
    // From behind the key id and the key material's reference: those name other keys.
    for (let at = 38; at < blob.length; at += 1) {
      const altered = Buffer.from(blob);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const attempt = contract.kms.decrypt({ CiphertextBlob: altered, EncryptionContext });
      names.add((await refusal(attempt)).name);
    }
    const other = contract.kms.decrypt({ CiphertextBlob, EncryptionContext: { department: "it" } });
    names.add((await refusal(other)).name);
    names.add((await refusal(contract.kms.decrypt({ CiphertextBlob }))).name);
    expect([...names]).toEqual(["InvalidCiphertextException"]);
  });

  test("gives random bytes of the token's", async () => {
    const { Plaintext } = await contract.kms.generateRandom({
      NumberOfBytes: 64,
      CustomKeyStoreId,
    });
    expect(Plaintext).toHaveLength(64);
    expect(new Set(Plaintext).size).toBeGreaterThan(16);
  });

  test("has keys that the token does not let out", () => {
    const listed = hsm.tool("--list-objects", "--type", "secrkey");
    if (listed === undefined) return;
    expect(listed).toContain(`key/${KeyId}`);
    expect(listed).toMatch(/AES length 32/);
    expect(listed).toMatch(/Access: +sensitive, always sensitive, never extractable, local/);
    expect(listed).toMatch(/Usage: +encrypt, decrypt\n/);
  });

  test.each(["enableKeyRotation", "rotateKeyOnDemand", "getKeyRotationStatus"] as const)(
    "UnsupportedOperationException: %s of its keys",
    async (operation) => {
      const attempt: Promise<unknown> = contract.kms[operation]({ KeyId });
      const { name, message } = await refusal(attempt);
      expect(name).toBe("UnsupportedOperationException");
      expect(message).toContain("origin is AWS_CLOUDHSM which is not valid for this operation.");
    },
  );

  test("UnsupportedOperationException: no data key pairs", async () => {
    const request = { KeyId, KeyPairSpec: "ECC_NIST_P256" } as const;
    const { name } = await refusal(contract.kms.generateDataKeyPair(request));
    expect(name).toBe("UnsupportedOperationException");
  });

  test("makes its keys unavailable while it is disconnected", async () => {
    await answer(contract.kms.disconnectCustomKeyStore({ CustomKeyStoreId }));
    await until("DISCONNECTED");
    const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
    expect(KeyMetadata?.KeyState).toBe("Unavailable");
    const attempt = contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("p") });
    expect(await refusal(attempt)).toMatchObject({
      name: "KMSInvalidStateException",
      message: `${contract.arn(`key/${KeyId}`)} is unavailable.`,
    });
    const random = contract.kms.generateRandom({ NumberOfBytes: 1, CustomKeyStoreId });
    expect((await refusal(random)).name).toBe("CustomKeyStoreInvalidStateException");
  });

  test("is FAILED with INVALID_CREDENTIALS for another password, and well with the right one", async () => {
    const update = async (KeyStorePassword: string) =>
      await answer(contract.kms.updateCustomKeyStore({ CustomKeyStoreId, KeyStorePassword }));
    await update("not the user's PIN");
    await answer(contract.kms.connectCustomKeyStore({ CustomKeyStoreId }));
    await until("FAILED");
    expect((await entry())?.ConnectionErrorCode).toBe("INVALID_CREDENTIALS");
    await answer(contract.kms.disconnectCustomKeyStore({ CustomKeyStoreId }));
    await until("DISCONNECTED");
    await update(userPin);
    await connect();
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("p") });
    expect((await contract.kms.decrypt({ CiphertextBlob })).KeyId).toBe(
      contract.arn(`key/${KeyId}`),
    );
  });

  test("CloudHsmClusterNotFoundException for a cluster that the operator has not named", async () => {
    const other = {
      ...settings,
      CustomKeyStoreName: "elsewhere",
      CloudHsmClusterId: "cluster-7654327abcd",
    };
    expect((await refusal(contract.kms.createCustomKeyStore(other))).name).toBe(
      "CloudHsmClusterNotFoundException",
    );
  });
});
