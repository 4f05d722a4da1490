import { KMS } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

const ReplicaRegion = "eu-west-1";
const Plaintext = Buffer.from("read in both Regions");

let contract: Contract;
/** The same server, as a client in the other Region sees it. */
let there: KMS;
beforeAll(async () => {
  contract = await startContract();
  there = new KMS({ ...contract.keyhaven.clientConfig, region: ReplicaRegion, maxAttempts: 1 });
});
afterAll(async () => {
  there.destroy();
  await contract.stop();
});

function arnThere(keyId: string): string {
  return `arn:aws:kms:${ReplicaRegion}:${contract.keyhaven.accountId}:key/${keyId}`;
}

/** A key here with a replica there. */
async function pair(input = {}): Promise<string> {
  const KeyId = await contract.newKey({ MultiRegion: true, ...input });
  await contract.kms.replicateKey({ KeyId, ReplicaRegion });
  return KeyId;
}

describe("a multi-Region key", () => {
  test("is created as a primary without replicas", async () => {
    const { KeyMetadata } = await contract.kms.createKey({ MultiRegion: true });
    expect(KeyMetadata?.KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    expect(KeyMetadata).toMatchObject({
      MultiRegion: true,
      KeyState: "Enabled",
      MultiRegionConfiguration: {
        MultiRegionKeyType: "PRIMARY",
        PrimaryKey: { Arn: KeyMetadata?.Arn, Region: "us-east-1" },
        ReplicaKeys: [],
      },
    });
  });

  test("is replicated into another Region", async () => {
    const KeyId = await contract.newKey({ MultiRegion: true });
    expect((await refusal(there.describeKey({ KeyId }))).name).toBe("NotFoundException");
    const Tags = [{ TagKey: "team", TagValue: "blue" }];
    const input = { KeyId, ReplicaRegion, Description: "over there", Tags };
    const output = await answer(contract.kms.replicateKey(input));
    expect(output).toMatchObject({
      ReplicaKeyMetadata: {
        KeyId,
        Arn: arnThere(KeyId),
        Description: "over there",
        MultiRegion: true,
        MultiRegionConfiguration: {
          MultiRegionKeyType: "REPLICA",
          PrimaryKey: { Arn: contract.arn(`key/${KeyId}`), Region: "us-east-1" },
          ReplicaKeys: [{ Arn: arnThere(KeyId), Region: ReplicaRegion }],
        },
      },
      ReplicaTags: Tags,
    });
    expect(output.ReplicaPolicy).toContain('"Id" : "key-default-1"');
    const { KeyMetadata } = await there.describeKey({ KeyId });
    expect(KeyMetadata).toMatchObject({ KeyState: "Enabled", Enabled: true });
    const again = contract.kms.replicateKey(input);
    expect(await refusal(again)).toMatchObject({ name: "AlreadyExistsException", status: 400 });
  });

  test("encrypts in one Region what it decrypts in the other", async () => {
    const KeyId = await pair();
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext });
    const opened = await there.decrypt({ CiphertextBlob });
    expect(opened.KeyId).toBe(arnThere(KeyId));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    const dataKey = await there.generateDataKey({ KeyId, KeySpec: "AES_256" });
    const here = await contract.kms.decrypt({ CiphertextBlob: dataKey.CiphertextBlob, KeyId });
    expect(here.Plaintext).toEqual(dataKey.Plaintext);
  });

  test("is refused as the key of a ciphertext that another key made", async () => {
    const [KeyId, other] = [await pair(), await pair()];
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext });
    expect(await refusal(there.decrypt({ CiphertextBlob, KeyId: other }))).toEqual({
      name: "IncorrectKeyException",
      message: "The key ID in the request does not identify a CMK that can perform this operation.",
      status: 400,
    });
  });

  test("signs in one Region what it verifies in the other", async () => {
    const KeyId = await pair({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const message = { KeyId, Message: Plaintext, SigningAlgorithm: "ECDSA_SHA_256" } as const;
    const { Signature } = await there.sign(message);
    expect((await contract.kms.verify({ ...message, Signature })).SignatureValid).toBe(true);
  });

  test("is rotated at the primary, in both Regions", async () => {
    const KeyId = await pair();
    await contract.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 100 });
    await contract.kms.rotateKeyOnDemand({ KeyId });
    expect(await there.getKeyRotationStatus({ KeyId })).toMatchObject({
      KeyId: arnThere(KeyId),
      KeyRotationEnabled: true,
      RotationPeriodInDays: 100,
    });
    const { KeyMetadata: here } = await contract.kms.describeKey({ KeyId });
    const { KeyMetadata: replica } = await there.describeKey({ KeyId });
    expect(replica?.CurrentKeyMaterialId).toBe(here?.CurrentKeyMaterialId);
    expect(await refusal(there.rotateKeyOnDemand({ KeyId }))).toEqual({
      name: "UnsupportedOperationException",
      message: `${arnThere(KeyId)} is not a multi-region primary key.`,
      status: 400,
    });
  });

  test("has another primary after UpdatePrimaryRegion", async () => {
    const KeyId = await pair();
    const input = { KeyId, PrimaryRegion: ReplicaRegion };
    expect(await answer(contract.kms.updatePrimaryRegion(input))).toEqual({});
    const { KeyMetadata } = await there.describeKey({ KeyId });
    expect(KeyMetadata?.MultiRegionConfiguration).toEqual({
      MultiRegionKeyType: "PRIMARY",
      PrimaryKey: { Arn: arnThere(KeyId), Region: ReplicaRegion },
      ReplicaKeys: [{ Arn: contract.arn(`key/${KeyId}`), Region: "us-east-1" }],
    });
    expect(await refusal(contract.kms.updatePrimaryRegion(input))).toMatchObject({
      name: "UnsupportedOperationException",
      status: 400,
    });
  });

  test("waits with its deletion for its replicas", async () => {
    const KeyId = await pair();
    const input = { KeyId, PendingWindowInDays: 7 };
    expect(await answer(contract.kms.scheduleKeyDeletion(input))).toEqual({
      KeyId: contract.arn(`key/${KeyId}`),
      KeyState: "PendingReplicaDeletion",
      PendingWindowInDays: 7,
    });
    expect(await refusal(contract.kms.encrypt({ KeyId, Plaintext }))).toEqual({
      name: "KMSInvalidStateException",
      message: `${contract.arn(`key/${KeyId}`)} is pending replica deletion.`,
      status: 400,
    });
    await there.encrypt({ KeyId, Plaintext });
    await contract.kms.cancelKeyDeletion({ KeyId });
    const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
    expect(KeyMetadata?.KeyState).toBe("Disabled");
  });
});
