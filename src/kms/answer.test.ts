import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import { StoreConflict } from "../store/store.ts";
import type { OperationName } from "./contract.ts";

const secret = Buffer.from("correct horse battery staple");
const internal = { code: "KMSInternalException", message: undefined };

let kms: KmsBench;
let KeyId: string;
let CiphertextBlob: Uint8Array;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
  const sealed = await kms.call("Encrypt", { KeyId, Plaintext: secret });
  CiphertextBlob = sealed.CiphertextBlob ?? new Uint8Array();
});
afterAll(async () => await kms.close());

describe("when the trail cannot be written", () => {
  const calls: readonly (readonly [OperationName, () => JsonObject])[] = [
    ["Decrypt", () => ({ CiphertextBlob })],
    ["GenerateDataKey", () => ({ KeyId, KeySpec: "AES_256" })],
    ["GenerateRandom", () => ({ NumberOfBytes: 32 })],
    ["DescribeKey", () => ({ KeyId })],
    ["DescribeKey", () => ({ KeyId: "alias/aws/s3" })],
    ["ListKeys", () => ({})],
    ["CreateKey", () => ({})],
    ["DisableKey", () => ({ KeyId })],
    ["RotateKeyOnDemand", () => ({ KeyId })],
    ["Encrypt", () => ({ KeyId: "nothing", Plaintext: secret })],
    ["ListGrants", () => ({})],
  ];

  test.each(calls)("%s answers nothing but KMSInternalException", async (name, input) => {
    kms.broken.trail = true;
    const before = kms.records.length;
    try {
      expect(await refusal(kms.send(name, input()))).toEqual(internal);
    } finally {
      kms.broken.trail = false;
    }
    expect(kms.records).toHaveLength(before);
    await kms.call("EnableKey", { KeyId });
  });

  test("a change that was stored is still told of, once the trail works again", async () => {
    kms.broken.trail = true;
    await refusal(kms.call("UpdateKeyDescription", { KeyId, Description: "untold" }));
    kms.broken.trail = false;
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
    const changed = KeyMetadata?.Description === "untold";
    const kept = kms.files().some(({ bytes }) => bytes.includes('"description":"untold"'));
    // Either nothing happened, or it did and its record lies beside it.
    expect(kept).toBe(changed);
  });
});

describe("when the vault is away", () => {
  const calls: readonly (readonly [OperationName, () => JsonObject])[] = [
    ["Encrypt", () => ({ KeyId, Plaintext: secret })],
    ["Decrypt", () => ({ CiphertextBlob })],
    ["ReEncrypt", () => ({ CiphertextBlob, DestinationKeyId: KeyId })],
    ["GenerateDataKey", () => ({ KeyId, KeySpec: "AES_256" })],
    ["GenerateDataKeyWithoutPlaintext", () => ({ KeyId, KeySpec: "AES_256" })],
    ["GenerateRandom", () => ({ NumberOfBytes: 32 })],
    ["CreateKey", () => ({})],
    ["RotateKeyOnDemand", () => ({ KeyId })],
  ];

  test.each(calls)("%s: KeyUnavailableException, a 500 that clients retry", async (name, input) => {
    kms.broken.vault = "away";
    try {
      await expect(kms.send(name, input())).rejects.toMatchObject({
        code: "KeyUnavailableException",
        status: 500,
      });
    } finally {
      kms.broken.vault = undefined;
    }
    expect(kms.lastRecord()).toMatchObject({
      eventName: name,
      errorCode: "KeyUnavailableException",
      responseElements: null,
    });
  });

  test("what needs no vault is answered all the same", async () => {
    kms.broken.vault = "away";
    try {
      await kms.call("DisableKey", { KeyId });
      await kms.call("EnableKey", { KeyId });
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
      expect(KeyMetadata?.KeyState).toBe("Enabled");
    } finally {
      kms.broken.vault = undefined;
    }
  });
});

describe("a defect", () => {
  test("is KMSInternalException, and no detail leaves: not to the caller, not to the trail", async () => {
    kms.broken.vault = "defective";
    try {
      expect(await refusal(kms.call("Decrypt", { CiphertextBlob }))).toEqual(internal);
    } finally {
      kms.broken.vault = undefined;
    }
    const record = kms.lastRecord();
    expect(record).toMatchObject({ errorCode: "KMSInternalException", responseElements: null });
    expect(record).not.toHaveProperty("errorMessage");
    expect(JSON.stringify(record)).not.toContain("secret detail");
  });
});

describe("every call", () => {
  test("is on record exactly once, answered or refused, by the time it returns", async () => {
    const before = kms.records.length;
    const calls = Array.from({ length: 60 }, async (_v, index) => {
      const Plaintext = Buffer.from(`canary-${index}-of-a-secret`);
      const input = { KeyId, Plaintext, EncryptionContext: { n: String(index) } };
      if (index % 3 === 0) return await refusal(kms.call("Encrypt", { ...input, DryRun: true }));
      return await kms.call("Encrypt", input);
    });
    await Promise.all(calls);
    const lines = kms.records.slice(before).map((record) => JSON.stringify(record));
    expect(lines).toHaveLength(60);
    for (let index = 0; index < 60; index += 1) {
      expect(lines.filter((line) => line.includes(`"n":"${index}"`))).toHaveLength(1);
    }
  });

  test("leaves no secret in any file of the directory", () => {
    for (const { name, bytes } of kms.files()) {
      for (const canary of ["of-a-secret", secret.toString(), secret.toString("base64")]) {
        expect({ name, canary, found: bytes.includes(canary) }).toMatchObject({ found: false });
      }
    }
  });
});

describe("calls at the same time", () => {
  test("50 changes of one key all succeed, and none is lost", async () => {
    const key = await kms.newKey();
    await Promise.all(
      Array.from({ length: 50 }, async (_v, index) => {
        const Tags = [{ TagKey: `k${index}`, TagValue: String(index) }];
        if (index % 2 === 0) await kms.call("TagResource", { KeyId: key, Tags });
        else await kms.call("UpdateKeyDescription", { KeyId: key, Description: `d${index}` });
      }),
    );
    const { Tags } = await kms.call("ListResourceTags", { KeyId: key });
    expect(Tags).toHaveLength(25);
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: key });
    expect(KeyMetadata?.Description).toMatch(/^d\d*[13579]$/);
  });

  test("one account's conflicts do not wait for another's", async () => {
    const theirs = { accountId: "444455556666" };
    const [slow, quick] = [await kms.newKey({}, theirs), await kms.newKey()];
    const held = Promise.withResolvers<void>();
    const before = kms.vaultCommands.length;
    const rotations = [1, 2].map(
      async () => await kms.call("RotateKeyOnDemand", { KeyId: kms.arn(slow, theirs) }, theirs),
    );
    // Both have asked for key material: the one that loses will ask for some again.
    while (kms.vaultCommands.length < before + 2) await setImmediate();
    kms.broken.vaultHeld = held.promise;
    try {
      while (kms.vaultCommands.length < before + 3) await setImmediate();
      const changes = ["one", "two", "three"].map(
        async (Description) =>
          await kms.call("UpdateKeyDescription", { KeyId: quick, Description }),
      );
      expect(await Promise.all(changes)).toHaveLength(3);
    } finally {
      kms.broken.vaultHeld = undefined;
      held.resolve();
    }
    await Promise.all(rotations);
  });

  test("tags past the limit of 50 are refused, not lost: exactly 50 calls succeed", async () => {
    const key = await kms.newKey();
    const ended = await Promise.allSettled(
      Array.from({ length: 60 }, async (_v, index) => {
        const Tags = [{ TagKey: `k${index}`, TagValue: "" }];
        await kms.call("TagResource", { KeyId: key, Tags });
      }),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(50);
    for (const end of ended.filter(({ status }) => status === "rejected")) {
      expect(end).toMatchObject({ reason: { code: "TagException", message: "Too many tags" } });
    }
  });

  test("aliases past the quota of 50 are refused, made or moved: exactly 50 calls succeed", async () => {
    const [target, other] = [await kms.newKey(), await kms.newKey()];
    const names = Array.from({ length: 60 }, (_v, index) => `alias/crowd-${index}`);
    const [moved, made] = [names.slice(0, 20), names.slice(20)];
    for (const AliasName of moved) await kms.call("CreateAlias", { AliasName, TargetKeyId: other });
    const ended = await Promise.allSettled(
      [...made, ...moved].map(async (AliasName) => {
        const name = made.includes(AliasName) ? "CreateAlias" : "UpdateAlias";
        await kms.call(name, { AliasName, TargetKeyId: target });
      }),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(50);
    for (const end of ended.filter(({ status }) => status === "rejected")) {
      expect(end).toMatchObject({ reason: { code: "LimitExceededException" } });
    }
    const { Aliases } = await kms.call("ListAliases", { KeyId: target, Limit: 100 });
    expect(Aliases).toHaveLength(50);
  });

  test("two that create one alias: exactly one succeeds, the other finds it taken", async () => {
    const [one, other] = [await kms.newKey(), await kms.newKey()];
    const ended = await Promise.allSettled(
      [one, other].map(async (TargetKeyId) => {
        await kms.call("CreateAlias", { AliasName: "alias/contested", TargetKeyId });
        return TargetKeyId;
      }),
    );
    const won = ended.filter((end) => end.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(ended.find((end) => end.status === "rejected")?.reason).toMatchObject({
      code: "AlreadyExistsException",
    });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/contested" });
    expect(KeyMetadata?.KeyId).toBe(won[0]?.value);
  });

  test("ten that move one alias: it points where the last record says", async () => {
    const targets = await Promise.all(Array.from({ length: 10 }, async () => await kms.newKey()));
    const AliasName = "alias/moved";
    await kms.call("CreateAlias", { AliasName, TargetKeyId: targets[0] });
    await Promise.all(
      targets.map(async (TargetKeyId) => await kms.call("UpdateAlias", { AliasName, TargetKeyId })),
    );
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: AliasName });
    expect(targets).toContain(KeyMetadata?.KeyId);
  });

  test("rotations of one key make one generation each", async () => {
    const key = await kms.newKey();
    await Promise.all(
      Array.from({ length: 5 }, async () => await kms.call("RotateKeyOnDemand", { KeyId: key })),
    );
    const { Rotations = [] } = await kms.call("ListKeyRotations", { KeyId: key });
    expect(new Set(Rotations.map(({ KeyMaterialId }) => KeyMaterialId)).size).toBe(5);
    expect(Rotations.filter((one) => one.KeyMaterialState === "CURRENT")).toHaveLength(1);
    expect(Rotations.at(-1)?.KeyMaterialState).toBe("CURRENT");
  });

  test("two that schedule one deletion: exactly one succeeds", async () => {
    const key = await kms.newKey();
    const ended = await Promise.allSettled([
      kms.call("ScheduleKeyDeletion", { KeyId: key, PendingWindowInDays: 7 }),
      kms.call("ScheduleKeyDeletion", { KeyId: key, PendingWindowInDays: 30 }),
    ]);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(ended.find((end) => end.status === "rejected")?.reason).toMatchObject({
      code: "KMSInvalidStateException",
    });
  });
});

test("a call that meets what is just being changed begins again when the event loop has turned", async () => {
  const key = { KeyId: await kms.newKey(), Plaintext: Buffer.from("a") };
  const find = kms.store.findKeyMaterial.bind(kms.store);
  // As while a commit is on disk and not yet acknowledged.
  kms.store.findKeyMaterial = () => {
    throw new StoreConflict();
  };
  const acknowledge = async () => {
    await setImmediate();
    kms.store.findKeyMaterial = find;
  };
  const [encrypted] = await Promise.all([kms.call("Encrypt", key), acknowledge()]);
  expect(encrypted.CiphertextBlob).toBeDefined();
});
