import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import { openDatabase } from "../store/sqlite/database.ts";

const day = 86_400_000;
const secret = Buffer.from("correct horse battery staple");

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function encrypt(KeyId: string): Promise<Uint8Array> {
  const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: secret });
  return CiphertextBlob ?? new Uint8Array();
}

async function currentMaterial(KeyId: string): Promise<string | undefined> {
  return (await kms.call("DescribeKey", { KeyId })).KeyMetadata?.CurrentKeyMaterialId;
}

function eventsOf(KeyId: string, eventName: string) {
  return kms.records.filter(
    (record) =>
      record["eventName"] === eventName && JSON.stringify(record["resources"]).includes(KeyId),
  );
}

/** The bytes stand in the database or its log; the journal remembers what was said for ever. */
function filesWith(canary: string | Buffer): string[] {
  return kms
    .files()
    .filter(({ name, bytes }) => !name.includes("journal") && bytes.includes(canary))
    .map(({ name }) => name);
}

/** Has the files written anew once more, without what was settled meanwhile. */
async function deleteAnotherKey(): Promise<void> {
  const KeyId = await kms.newKey();
  await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  kms.nowMs += 7 * day;
  await kms.runLifecycle();
}

/** As a fault of the disk does: the row of a key is no record any more. */
function damage(keyIds: readonly string[]): void {
  const file = kms.files().find(({ name }) => name.endsWith("keyhaven.db"))?.name ?? "";
  const database = openDatabase(file, "write");
  const spoil = database.prepare("UPDATE keys SET tags = '{' WHERE key_id = ?");
  for (const keyId of keyIds) spoil.run(keyId);
  database.close();
}

function mend(): void {
  const file = kms.files().find(({ name }) => name.endsWith("keyhaven.db"))?.name ?? "";
  const database = openDatabase(file, "write");
  database.exec("UPDATE keys SET tags = '[]' WHERE tags = '{'");
  database.close();
}

async function doomedKeys(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    return KeyId;
  });
  return await Promise.all(made);
}

describe("a key that is pending deletion", () => {
  test("is deleted at its time and not a millisecond before", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day - 1;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 0 });
    await kms.call("DescribeKey", { KeyId });
    kms.nowMs += 1;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect(await refusal(kms.call("DescribeKey", { KeyId }))).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(KeyId)}' does not exist`,
    });
    expect(await refusal(kms.call("CancelKeyDeletion", { KeyId }))).toMatchObject({
      code: "NotFoundException",
    });
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 0 });
  });

  test("is saved by CancelKeyDeletion in the last millisecond, and decrypts once enabled", async () => {
    const KeyId = await kms.newKey();
    const CiphertextBlob = await encrypt(KeyId);
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day - 1;
    await kms.call("CancelKeyDeletion", { KeyId });
    kms.nowMs += 100 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 0 });
    await kms.call("EnableKey", { KeyId });
    const { Plaintext } = await kms.call("Decrypt", { CiphertextBlob });
    expect(Buffer.from(Plaintext ?? [])).toEqual(secret);
  });

  test("takes its ciphertexts, aliases and last usage along, and frees its alias names", async () => {
    const KeyId = await kms.newKey();
    const CiphertextBlob = await encrypt(KeyId);
    await kms.call("CreateAlias", { AliasName: "alias/doomed", TargetKeyId: KeyId });
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day;
    await kms.runLifecycle();
    expect((await refusal(kms.call("Decrypt", { CiphertextBlob }))).code).toMatch(
      /^(?:InvalidCiphertext|AccessDenied)Exception$/,
    );
    expect(await refusal(kms.call("DescribeKey", { KeyId: "alias/doomed" }))).toEqual({
      code: "NotFoundException",
      message: "Alias arn:aws:kms:eu-west-1:111122223333:alias/doomed is not found.",
    });
    const { Aliases } = await kms.call("ListAliases", {});
    expect(Aliases?.map(({ AliasName }) => AliasName)).not.toContain("alias/doomed");
    const { Keys } = await kms.call("ListKeys", {});
    expect(Keys?.map((key) => key.KeyId)).not.toContain(KeyId);
    const other = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/doomed", TargetKeyId: other });
  });

  test("leaves no byte of its policy, tags, description and wrapped key material in any file", async () => {
    const Policy = JSON.stringify({
      Id: "policy-canary-5eb1",
      Statement: { Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" },
    });
    const Tags = [{ TagKey: "tag-canary-77d0", TagValue: "x" }];
    const KeyId = await kms.newKey({ Policy, Tags, Description: "description-canary-a9c2" });
    await kms.call("RotateKeyOnDemand", { KeyId });
    const canaries = [
      "policy-canary-5eb1",
      "tag-canary-77d0",
      "description-canary-a9c2",
      KeyId,
      ...kms.wrappedMaterials.slice(-2),
    ];
    for (const canary of canaries) expect(filesWith(canary)).not.toEqual([]);
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day;
    await kms.runLifecycle();
    // A record leaves the outbox with the commit that follows: this one.
    await kms.newKey();
    await kms.newKey();
    await deleteAnotherKey();
    for (const canary of canaries) expect(filesWith(canary)).toEqual([]);
  });

  test("is put on record as deleted by the service itself", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day;
    await kms.runLifecycle();
    const events = eventsOf(KeyId, "DeleteKey");
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
      eventType: "AwsServiceEvent",
      eventTime: new Date(kms.nowMs).toISOString().replace(/\.\d+Z/, "Z"),
      requestParameters: null,
      responseElements: null,
      readOnly: false,
      resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(KeyId) }],
    });
    expect(events[0]).not.toHaveProperty("serviceEventDetails");
    expect(events[0]).not.toHaveProperty("requestID");
  });

  test("is wiped from the vault's memory, and from the files even when the vault is away", async () => {
    const KeyId = await kms.newKey({ Description: "away-canary-30f1" });
    await encrypt(KeyId);
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day;
    const before = kms.vaultCommands.length;
    kms.broken.vault = "away";
    await kms.runLifecycle().catch(() => undefined);
    kms.broken.vault = undefined;
    expect(kms.vaultCommands.slice(before)).toContain("forgetKeyMaterial");
    expect(filesWith("away-canary-30f1")).toEqual([]);
  });

  test("is deleted once, however many look after it at the same time", async () => {
    const KeyId = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 7 * day;
    const both = await Promise.all([kms.runLifecycle(), kms.runLifecycle()]);
    expect(both.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(1);
    expect(eventsOf(KeyId, "DeleteKey")).toHaveLength(1);
  });

  test("goes with 150 others in one run", async () => {
    const ids = await Promise.all(Array.from({ length: 150 }, async () => await kms.newKey()));
    await Promise.all(
      ids.map(
        async (KeyId) => await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }),
      ),
    );
    kms.nowMs += 7 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 150 });
  });
});

describe("a key that cannot be seen to", () => {
  test("keeps no other from it, not even 150 that are more overdue", async () => {
    const spoilt = await doomedKeys(150);
    kms.nowMs += 1;
    const [sound] = await doomedKeys(1);
    damage(spoilt);
    kms.nowMs += 7 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect((await refusal(kms.call("DescribeKey", { KeyId: sound }))).code).toBe(
      "NotFoundException",
    );
    expect(new Set(kms.setbacks)).toEqual(new Set(spoilt.map((keyId) => kms.arn(keyId))));
  });

  test("is left alone for ten minutes, then tried again, and done when it can be", async () => {
    const told = kms.setbacks.length;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 0 });
    expect(kms.setbacks).toHaveLength(told);
    kms.nowMs += 600_000;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 0 });
    expect(kms.setbacks).toHaveLength(told + 150);
    mend();
    kms.nowMs += 600_000;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 150 });
  });

  test("ends a run when it is the journal that fails, and comes to its end later", async () => {
    const [KeyId = "", other = ""] = await doomedKeys(2);
    kms.nowMs += 7 * day;
    kms.broken.trail = true;
    await expect(kms.runLifecycle()).rejects.toThrow("ENOSPC");
    kms.broken.trail = false;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    for (const gone of [KeyId, other]) {
      expect((await refusal(kms.call("DescribeKey", { KeyId: gone }))).code).toBe(
        "NotFoundException",
      );
    }
  });
});

describe("automatic rotation", () => {
  test("comes at its time and not a millisecond before, and sets the next one", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    const before = await currentMaterial(KeyId);
    kms.nowMs += 90 * day - 1;
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 0 });
    kms.nowMs += 1;
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 1 });
    expect(await currentMaterial(KeyId)).not.toBe(before);
    expect(await kms.call("GetKeyRotationStatus", { KeyId })).toMatchObject({
      NextRotationDate: new Date(kms.nowMs + 90 * day),
    });
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 0 });
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("passes over a disabled key, and catches up once when it is enabled", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    await kms.call("DisableKey", { KeyId });
    kms.nowMs += 300 * day;
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 0 });
    await kms.call("EnableKey", { KeyId });
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 1 });
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 0 });
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("passes over a key that is pending deletion", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 85 * day;
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 30 });
    kms.nowMs += 10 * day;
    expect(await kms.runLifecycle()).toEqual({ deleted: 0, expired: 0, rotated: 0 });
    await kms.call("CancelKeyDeletion", { KeyId });
    await kms.call("DisableKey", { KeyId });
  });

  test("keeps every old ciphertext readable, each naming its own key material", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    const made: { blob: Uint8Array; material: string | undefined }[] = [];
    for (let rotation = 0; rotation <= 10; rotation += 1) {
      made.push({ blob: await encrypt(KeyId), material: await currentMaterial(KeyId) });
      kms.nowMs += 90 * day;
      await kms.runLifecycle();
    }
    expect(new Set(made.map(({ material }) => material)).size).toBe(11);
    for (const { blob, material } of made) {
      const { KeyMaterialId, Plaintext } = await kms.call("Decrypt", { CiphertextBlob: blob });
      expect(KeyMaterialId).toBe(material);
      expect(Buffer.from(Plaintext ?? [])).toEqual(secret);
      expect(kms.lastRecord()["additionalEventData"]).toEqual({ keyMaterialId: material });
    }
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("is put on record by the service itself, with the material before and after", async () => {
    const KeyId = await kms.newKey();
    const previousKeyMaterialId = await currentMaterial(KeyId);
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day;
    await kms.runLifecycle();
    const [event, ...more] = eventsOf(KeyId, "RotateKey");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
      eventType: "AwsServiceEvent",
      readOnly: false,
    });
    expect(event?.["serviceEventDetails"]).toEqual({
      rotationType: "AUTOMATIC",
      keyOrigin: "AWS_KMS",
      previousKeyMaterialId,
      currentKeyMaterialId: await currentMaterial(KeyId),
      keyId: KeyId,
    });
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("happens once, however many look after it at the same time", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day;
    const both = await Promise.all([kms.runLifecycle(), kms.runLifecycle()]);
    expect(both.reduce((sum, { rotated }) => sum + rotated, 0)).toBe(1);
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("waits for a vault that is away, and comes when it is back", async () => {
    const KeyId = await kms.newKey();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day;
    const before = await currentMaterial(KeyId);
    kms.broken.vault = "away";
    await expect(kms.runLifecycle()).rejects.toMatchObject({ code: "KeyUnavailableException" });
    kms.broken.vault = undefined;
    expect(await currentMaterial(KeyId)).toBe(before);
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 1 });
    await kms.call("DisableKeyRotation", { KeyId });
  });
});

describe("a multi-Region key", () => {
  const there = { region: "us-west-2" };

  async function pair(): Promise<string> {
    const KeyId = await kms.newKey({ MultiRegion: true });
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    return KeyId;
  }

  test("that is to be deleted waits for its last replica, and its own window begins then", async () => {
    const KeyId = await pair();
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-east-1" });
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 8 });
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }, there);
    const other = { region: "us-east-1" };
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 9 }, other);
    const state = async () => (await kms.call("DescribeKey", { KeyId })).KeyMetadata;
    kms.nowMs += 7 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect((await state())?.KeyState).toBe("PendingReplicaDeletion");
    kms.nowMs += 2 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect(await state()).toMatchObject({
      KeyState: "PendingDeletion",
      DeletionDate: new Date(kms.nowMs + 8 * day),
    });
    expect((await state())?.PendingDeletionWindowInDays).toBeUndefined();
    kms.nowMs += 8 * day;
    expect(await kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect((await refusal(state())).code).toBe("NotFoundException");
  });

  test("loses a replica as any key is lost, on record, and can have it again", async () => {
    const KeyId = await pair();
    const { CiphertextBlob } = await kms.call("Encrypt", { KeyId, Plaintext: secret }, there);
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }, there);
    kms.nowMs += 7 * day;
    await kms.runLifecycle();
    const [deletion] = eventsOf(KeyId, "DeleteKey");
    expect(deletion).toMatchObject({
      awsRegion: "us-west-2",
      resources: [{ ARN: kms.arn(KeyId, there) }],
    });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata?.MultiRegionConfiguration?.ReplicaKeys).toEqual([]);
    const opened = await kms.call("Decrypt", { CiphertextBlob });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(secret);
    expect((await refusal(kms.call("Decrypt", { CiphertextBlob }, there))).code).toBe(
      "AccessDeniedException",
    );
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: there.region });
    await kms.call("Decrypt", { CiphertextBlob }, there);
  });

  test("is rotated at its primary, for all Regions at once", async () => {
    const KeyId = await pair();
    const before = await encrypt(KeyId);
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    kms.nowMs += 90 * day;
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 1 });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId }, there);
    expect(KeyMetadata?.CurrentKeyMaterialId).toBe(await currentMaterial(KeyId));
    const opened = await kms.call("Decrypt", { CiphertextBlob: before }, there);
    expect(opened.KeyMaterialId).not.toBe(KeyMetadata?.CurrentKeyMaterialId);
    expect(eventsOf(KeyId, "RotateKey")).toMatchObject([{ awsRegion: "eu-west-1" }]);
    // At ReplicateKey, at EnableKeyRotation and now.
    expect(eventsOf(KeyId, "SynchronizeMultiRegionKey")).toHaveLength(3);
    expect(await kms.call("GetKeyRotationStatus", { KeyId }, there)).toMatchObject({
      NextRotationDate: new Date(kms.nowMs + 90 * day),
    });
    await kms.call("DisableKeyRotation", { KeyId });
  });

  test("is not rotated while its primary is disabled, whatever its replicas are", async () => {
    const KeyId = await pair();
    await kms.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    await kms.call("DisableKey", { KeyId });
    kms.nowMs += 90 * day;
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 0 });
    await kms.call("EnableKey", { KeyId });
    expect(await kms.runLifecycle()).toMatchObject({ rotated: 1 });
    await kms.call("DisableKeyRotation", { KeyId });
  });
});
