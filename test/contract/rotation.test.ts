import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

const day = 86_400_000;
const KeyMaterialId = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;

describe("automatic rotation", () => {
  test("is off, on with a period and a next date, and off again", async () => {
    const KeyId = await contract.newKey();
    const status = async () => await answer(contract.kms.getKeyRotationStatus({ KeyId }));
    const off = { KeyId: contract.arn(`key/${KeyId}`), KeyRotationEnabled: false };
    expect(await status()).toEqual(off);
    const input = { KeyId, RotationPeriodInDays: 90 };
    expect(await answer(contract.kms.enableKeyRotation(input))).toEqual({});
    const on = await status();
    expect(on).toEqual({
      ...off,
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: expect.any(Date) as unknown,
    });
    const dueAt = on.NextRotationDate?.getTime() ?? 0;
    expect(Math.abs(dueAt - Date.now() - 90 * day)).toBeLessThan(60_000);
    expect(await answer(contract.kms.disableKeyRotation({ KeyId }))).toEqual({});
    expect(await status()).toEqual(off);
  });

  test("happens every 365 days when no period is named", async () => {
    const KeyId = await contract.newKey();
    await contract.kms.enableKeyRotation({ KeyId });
    const { RotationPeriodInDays } = await contract.kms.getKeyRotationStatus({ KeyId });
    expect(RotationPeriodInDays).toBe(365);
  });

  test.each([
    [89, "greater than or equal to 90"],
    [2561, "less than or equal to 2560"],
  ])("ValidationException for a period of %d days", async (days, words) => {
    const KeyId = await contract.newKey();
    const attempt = contract.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: days });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        `1 validation error detected: Value '${days}' at 'rotationPeriodInDays' failed to ` +
        `satisfy constraint: Member must have value ${words}`,
      status: 400,
    });
  });

  test("UnsupportedOperationException for a key that cannot be rotated", async () => {
    const KeyId = await contract.newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    for (const attempt of [
      contract.kms.enableKeyRotation({ KeyId }),
      contract.kms.rotateKeyOnDemand({ KeyId }),
    ]) {
      expect(await refusal(attempt)).toMatchObject({
        name: "UnsupportedOperationException",
        status: 400,
      });
    }
  });

  test("DisabledException while the key is disabled", async () => {
    const KeyId = await contract.newKey();
    await contract.kms.disableKey({ KeyId });
    const refused = {
      name: "DisabledException",
      message: `${contract.arn(`key/${KeyId}`)} is disabled.`,
      status: 400,
    };
    expect(await refusal(contract.kms.enableKeyRotation({ KeyId }))).toEqual(refused);
    expect(await refusal(contract.kms.rotateKeyOnDemand({ KeyId }))).toEqual(refused);
  });
});

describe("rotation on demand", () => {
  test("leaves what was encrypted readable, under its own key material", async () => {
    const KeyId = await contract.newKey();
    const Plaintext = Buffer.from("x");
    const old = await contract.kms.encrypt({ KeyId, Plaintext });
    const rotated = await answer(contract.kms.rotateKeyOnDemand({ KeyId }));
    expect(rotated).toEqual({ KeyId: contract.arn(`key/${KeyId}`) });
    const fresh = await contract.kms.encrypt({ KeyId, Plaintext });
    const opened = await Promise.all(
      [old, fresh].map(
        async ({ CiphertextBlob }) => await contract.kms.decrypt({ CiphertextBlob }),
      ),
    );
    expect(opened.map((one) => Buffer.from(one.Plaintext ?? []).toString())).toEqual(["x", "x"]);
    const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
    expect(opened[1]?.KeyMaterialId).toBe(KeyMetadata?.CurrentKeyMaterialId);
    expect(opened[0]?.KeyMaterialId).not.toBe(opened[1]?.KeyMaterialId);
  });

  test("is listed, with the first key material only when that is asked for", async () => {
    const KeyId = await contract.newKey();
    await contract.kms.rotateKeyOnDemand({ KeyId });
    const rotation = {
      KeyId,
      KeyMaterialId,
      KeyMaterialState: "CURRENT",
      RotationDate: expect.any(Date) as unknown,
      RotationType: "ON_DEMAND",
    };
    const listed = await answer(contract.kms.listKeyRotations({ KeyId }));
    expect(listed).toEqual({ Rotations: [rotation], Truncated: false });
    const all = await answer(
      contract.kms.listKeyRotations({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
    );
    const first = { KeyId, KeyMaterialId, KeyMaterialState: "NON_CURRENT" };
    expect(all).toEqual({ Rotations: [first, rotation], Truncated: false });
  });

  test("LimitExceededException for the 26th", async () => {
    const KeyId = await contract.newKey();
    for (let count = 0; count < 25; count += 1) await contract.kms.rotateKeyOnDemand({ KeyId });
    expect(await refusal(contract.kms.rotateKeyOnDemand({ KeyId }))).toEqual({
      name: "LimitExceededException",
      message:
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand " +
        `rotations can be performed for this key: ${contract.arn(`key/${KeyId}`)}`,
      status: 400,
    });
  });
});
