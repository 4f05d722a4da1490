import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto } from "../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";

const day = 86_400_000;

describe("imported key material that expires", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  async function expiringKey(days: number, material = randomBytes(32)) {
    // What other tests left behind is not to be counted.
    await kms.runLifecycle();
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    const ValidTo = new Date(kms.nowMs + days * day);
    const { KeyMaterialId } = await importInto(kms, KeyId, material, { ValidTo });
    return { KeyId, KeyMaterialId, material };
  }

  async function encrypt(KeyId: string) {
    return await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
  }

  async function stateOf(KeyId: string) {
    return (await kms.call("DescribeKey", { KeyId })).KeyMetadata?.KeyState;
  }

  function expiriesOf(KeyId: string) {
    return kms.records.filter(
      ({ eventName, resources }) =>
        eventName === "DeleteExpiredKeyMaterial" && JSON.stringify(resources).includes(KeyId),
    );
  }

  test("is of no use from its time on, before anyone has taken it away", async () => {
    const { KeyId } = await expiringKey(1);
    const { CiphertextBlob } = await encrypt(KeyId);
    kms.nowMs += day - 1;
    await encrypt(KeyId);
    kms.nowMs += 1;
    const refused = {
      code: "KMSInvalidStateException",
      message: `${kms.arn(KeyId)} is pending import.`,
    };
    expect(await refusal(encrypt(KeyId))).toEqual(refused);
    expect(await refusal(kms.call("Decrypt", { CiphertextBlob }))).toEqual(refused);
    expect(await refusal(kms.call("EnableKey", { KeyId }))).toEqual(refused);
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata).toMatchObject({ KeyState: "PendingImport", Enabled: false });
    expect(KeyMetadata).not.toHaveProperty("ExpirationModel");
    expect(KeyMetadata).not.toHaveProperty("ValidTo");
  });

  test("is taken away at its time, out of every file, and that is on record once", async () => {
    const { KeyId, KeyMaterialId } = await expiringKey(1);
    const wrapped = kms.wrappedMaterials.at(-1) ?? Buffer.alloc(0);
    kms.nowMs += day - 1;
    expect(await kms.runLifecycle()).toMatchObject({ expired: 0 });
    kms.nowMs += 1;
    expect(await kms.runLifecycle()).toMatchObject({ expired: 1 });
    expect(await kms.runLifecycle()).toMatchObject({ expired: 0 });
    expect(kms.vaultCommands).toContain("forgetKeyMaterial");
    expect(kms.files().filter(({ bytes }) => bytes.includes(wrapped))).toEqual([]);
    expect(expiriesOf(KeyId)).toHaveLength(1);
    expect(expiriesOf(KeyId)[0]).toMatchObject({
      eventType: "AwsServiceEvent",
      userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
      readOnly: false,
      requestParameters: null,
      responseElements: null,
      serviceEventDetails: { keyId: KeyId, keyMaterialId: KeyMaterialId },
    });
    expect(await stateOf(KeyId)).toBe("PendingImport");
  });

  test.each([true, false])("can be imported again; taken away before: %j", async (takenAway) => {
    const { KeyId, material } = await expiringKey(1);
    const { CiphertextBlob } = await encrypt(KeyId);
    kms.nowMs += day;
    if (takenAway) await kms.runLifecycle();
    await importInto(kms, KeyId, material);
    expect(await stateOf(KeyId)).toBe("Enabled");
    await kms.call("Decrypt", { CiphertextBlob });
    await kms.runLifecycle();
    expect(await stateOf(KeyId)).toBe("Enabled");
  });

  test("does not expire any more when that was said with a later import", async () => {
    const { KeyId, material } = await expiringKey(1);
    await importInto(kms, KeyId, material);
    kms.nowMs += 2 * day;
    expect(await kms.runLifecycle()).toMatchObject({ expired: 0 });
    expect(await stateOf(KeyId)).toBe("Enabled");
  });

  test("makes the key unusable although the current key material is another", async () => {
    const { KeyId, material } = await expiringKey(1);
    await importInto(kms, KeyId, randomBytes(32), { ImportType: "NEW_KEY_MATERIAL" });
    await kms.call("RotateKeyOnDemand", { KeyId });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    expect(KeyMetadata?.ValidTo).toEqual(new Date(kms.nowMs + day));
    kms.nowMs += day;
    expect((await refusal(encrypt(KeyId))).code).toBe("KMSInvalidStateException");
    await kms.runLifecycle();
    expect(await stateOf(KeyId)).toBe("PendingImport");
    await importInto(kms, KeyId, material);
    await encrypt(KeyId);
  });

  test("leaves a key as it is when it only waited for its rotation", async () => {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    await importInto(kms, KeyId, randomBytes(32));
    const ValidTo = new Date(kms.nowMs + day);
    await importInto(kms, KeyId, randomBytes(32), { ImportType: "NEW_KEY_MATERIAL", ValidTo });
    kms.nowMs += day;
    expect((await refusal(kms.call("RotateKeyOnDemand", { KeyId }))).code).toBe(
      "KMSInvalidStateException",
    );
    expect(await kms.runLifecycle()).toMatchObject({ expired: 1 });
    await encrypt(KeyId);
    const { Rotations } = await kms.call("ListKeyRotations", {
      KeyId,
      IncludeKeyMaterial: "ALL_KEY_MATERIAL",
    });
    expect(Rotations).toHaveLength(1);
  });

  test("leaves a key that is pending deletion so", async () => {
    const { KeyId } = await expiringKey(1);
    await kms.call("ScheduleKeyDeletion", { KeyId });
    kms.nowMs += day;
    expect(await kms.runLifecycle()).toMatchObject({ expired: 1 });
    expect(await stateOf(KeyId)).toBe("PendingDeletion");
    await kms.call("CancelKeyDeletion", { KeyId });
    expect(await stateOf(KeyId)).toBe("PendingImport");
  });

  test("of many keys is taken away in one go", async () => {
    const made = [];
    for (let count = 0; count < 3; count += 1) made.push(await expiringKey(1));
    kms.nowMs += day;
    expect(await kms.runLifecycle()).toMatchObject({ expired: 3 });
  });
});

describe("wrapping keys", () => {
  test("are dropped after a day, out of every file", async () => {
    const kms = await kmsBench();
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    await importInto(kms, KeyId, randomBytes(32));
    // Of a long value, SQLite keeps the beginning in one piece.
    const wrapped = (kms.wrappedImportKeys[0] ?? Buffer.alloc(0)).subarray(0, 64);
    const found = (): number => kms.files().filter(({ bytes }) => bytes.includes(wrapped)).length;
    await kms.runLifecycle();
    expect(found()).toBeGreaterThan(0);
    kms.nowMs += day;
    await kms.runLifecycle();
    expect(found()).toBe(0);
    await kms.close();
  });
});
