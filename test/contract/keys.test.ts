import { paginateListKeys } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

const day = 86_400_000;
const unknownId = "12345678-1234-4123-8123-123456789012";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("CreateKey and DescribeKey", () => {
  test("answer with every member that AWS answers with, and no other", async () => {
    const before = Date.now();
    const { KeyMetadata } = await answer(contract.kms.createKey({ Description: "d" }));
    const KeyId = KeyMetadata?.KeyId ?? "";
    expect(KeyId).toMatch(uuid);
    expect(KeyMetadata).toEqual({
      AWSAccountId: contract.keyhaven.accountId,
      KeyId,
      Arn: contract.arn(`key/${KeyId}`),
      CreationDate: expect.any(Date) as unknown,
      Enabled: true,
      Description: "d",
      KeyUsage: "ENCRYPT_DECRYPT",
      KeyState: "Enabled",
      Origin: "AWS_KMS",
      KeyManager: "CUSTOMER",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      MultiRegion: false,
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    const createdAt = KeyMetadata?.CreationDate?.getTime();
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(createdAt).toBeLessThanOrEqual(Date.now());
    expect(await answer(contract.kms.describeKey({ KeyId }))).toEqual({ KeyMetadata });
  });

  test("know a key by its id, its ARN, an alias of it and the alias's ARN", async () => {
    const KeyId = await contract.newKey();
    await contract.kms.createAlias({ AliasName: "alias/by-any-name", TargetKeyId: KeyId });
    const names = [
      KeyId,
      contract.arn(`key/${KeyId}`),
      "alias/by-any-name",
      contract.arn("alias/by-any-name"),
    ];
    const found = await Promise.all(
      names.map(
        async (name) => (await contract.kms.describeKey({ KeyId: name })).KeyMetadata?.KeyId,
      ),
    );
    expect(found).toEqual([KeyId, KeyId, KeyId, KeyId]);
  });

  test("make the AWS managed key of a service when its alias is described", async () => {
    const { KeyMetadata } = await answer(contract.kms.describeKey({ KeyId: "alias/aws/s3" }));
    expect(KeyMetadata).toMatchObject({ KeyManager: "AWS", KeyState: "Enabled" });
    const again = await contract.kms.describeKey({ KeyId: "alias/aws/s3" });
    expect(again.KeyMetadata).toEqual(KeyMetadata);
  });

  test.each([
    ["NotFoundException", "nope", () => "Invalid keyId 'nope'"],
    [
      "NotFoundException",
      unknownId,
      () => `Key '${contract.arn(`key/${unknownId}`)}' does not exist`,
    ],
    [
      "NotFoundException",
      "alias/nobody",
      () => `Alias ${contract.arn("alias/nobody")} is not found.`,
    ],
    [
      "NotFoundException",
      `arn:aws:kms:eu-west-1:111122223333:key/${unknownId}`,
      () => "Invalid arn eu-west-1",
    ],
    [
      "AccessDeniedException",
      `arn:aws:kms:us-east-1:444455556666:key/${unknownId}`,
      () =>
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:DescribeKey on " +
        "this resource because the resource does not exist in this Region, no resource-based " +
        "policies allow access, or a resource-based policy explicitly denies access",
    ],
  ])("%s for %s", async (name, KeyId, message) => {
    const refused = await refusal(contract.kms.describeKey({ KeyId }));
    expect(refused).toEqual({ name, message: message(), status: 400 });
  });

  test("ValidationException for a usage that does not fit the spec", async () => {
    const attempt = contract.kms.createKey({ KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message: "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
      status: 400,
    });
  });

  test("ValidationException for an asymmetric key without a usage", async () => {
    expect(await refusal(contract.kms.createKey({ KeySpec: "RSA_2048" }))).toEqual({
      name: "ValidationException",
      message:
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
      status: 400,
    });
  });
});

describe("ListKeys", () => {
  test("pages through every key exactly once", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, async () => await contract.newKey()));
    const listed: string[] = [];
    let pages = 0;
    const client = contract.kms;
    for await (const page of paginateListKeys({ client, pageSize: 2 }, {})) {
      pages += 1;
      expect(page.Keys?.length).toBeLessThanOrEqual(2);
      for (const { KeyId = "", KeyArn } of page.Keys ?? []) {
        expect(KeyArn).toBe(contract.arn(`key/${KeyId}`));
        listed.push(KeyId);
      }
    }
    expect(pages).toBeGreaterThan(2);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(made));
  });

  test("says whether there is more, and gives a marker only then", async () => {
    await contract.newKey();
    const all = await answer(contract.kms.listKeys({ Limit: 1000 }));
    expect(Object.keys(all).toSorted()).toEqual(["Keys", "Truncated"]);
    const one = await answer(contract.kms.listKeys({ Limit: 1 }));
    expect(one).toMatchObject({ Truncated: true, NextMarker: expect.any(String) as unknown });
  });

  test("InvalidMarkerException for a marker that is none, and for another operation's", async () => {
    await contract.newKey();
    const { NextMarker } = await contract.kms.listKeys({ Limit: 1 });
    for (const attempt of [
      contract.kms.listKeys({ Marker: "x" }),
      contract.kms.listAliases({ Marker: NextMarker }),
    ]) {
      expect(await refusal(attempt)).toMatchObject({ name: "InvalidMarkerException", status: 400 });
    }
  });

  test("ValidationException for a page of no keys and of more than 1,000", async () => {
    const refused = await Promise.all(
      [0, 1001].map(async (Limit) => (await refusal(contract.kms.listKeys({ Limit }))).message),
    );
    expect(refused).toEqual([
      complaint(0, "greater than or equal to 1"),
      complaint(1001, "less than or equal to 1000"),
    ]);
  });
});

describe("the life of a key", () => {
  test("DisableKey and EnableKey answer with nothing, however often they are asked", async () => {
    const KeyId = await contract.newKey();
    const stateOf = async () => {
      const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
      return [KeyMetadata?.KeyState, KeyMetadata?.Enabled];
    };
    for (let twice = 0; twice < 2; twice += 1) {
      expect(await answer(contract.kms.disableKey({ KeyId }))).toEqual({});
      expect(await stateOf()).toEqual(["Disabled", false]);
    }
    for (let twice = 0; twice < 2; twice += 1) {
      expect(await answer(contract.kms.enableKey({ KeyId }))).toEqual({});
      expect(await stateOf()).toEqual(["Enabled", true]);
    }
  });

  test("a key that is scheduled for deletion can be saved, and is disabled then", async () => {
    const KeyId = await contract.newKey();
    const Arn = contract.arn(`key/${KeyId}`);
    const scheduled = await answer(
      contract.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }),
    );
    const { DeletionDate } = scheduled;
    expect(scheduled).toEqual({
      KeyId: Arn,
      DeletionDate,
      KeyState: "PendingDeletion",
      PendingWindowInDays: 7,
    });
    expect(Math.abs((DeletionDate?.getTime() ?? 0) - Date.now() - 7 * day)).toBeLessThan(60_000);
    const pending = await contract.kms.describeKey({ KeyId });
    expect(pending.KeyMetadata).toMatchObject({ KeyState: "PendingDeletion", DeletionDate });
    expect(await answer(contract.kms.cancelKeyDeletion({ KeyId }))).toEqual({ KeyId: Arn });
    const saved = await contract.kms.describeKey({ KeyId });
    expect(saved.KeyMetadata).toMatchObject({ KeyState: "Disabled", Enabled: false });
    expect(saved.KeyMetadata).not.toHaveProperty("DeletionDate");
  });

  test("the waiting period is 30 days when none is named", async () => {
    const KeyId = await contract.newKey();
    const { PendingWindowInDays } = await contract.kms.scheduleKeyDeletion({ KeyId });
    expect(PendingWindowInDays).toBe(30);
  });

  test.each([6, 31])("ValidationException for a waiting period of %d days", async (days) => {
    const KeyId = await contract.newKey();
    const attempt = contract.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: days });
    const refused = await refusal(attempt);
    expect(refused).toMatchObject({ name: "ValidationException", status: 400 });
    expect(refused.message).toMatch(/^PendingWindowInDays must be between 7 and 30/);
  });

  test("UpdateKeyDescription answers with nothing, and may clear the description", async () => {
    const KeyId = await contract.newKey({ Description: "old" });
    for (const Description of ["new", ""]) {
      expect(await answer(contract.kms.updateKeyDescription({ KeyId, Description }))).toEqual({});
      const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
      expect(KeyMetadata?.Description).toBe(Description);
    }
  });

  test("GetKeyLastUsage tells of the last use by its request id", async () => {
    const KeyId = await contract.newKey();
    const unused = await answer(contract.kms.getKeyLastUsage({ KeyId }));
    expect(unused).toMatchObject({ KeyId, KeyLastUsage: {} });
    const { $metadata } = await contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("x") });
    const used = await answer(contract.kms.getKeyLastUsage({ KeyId }));
    expect(used.KeyLastUsage).toMatchObject({
      Operation: "Encrypt",
      KmsRequestId: $metadata.requestId,
      Timestamp: expect.any(Date) as unknown,
    });
  });
});

function complaint(value: number, words: string): string {
  return (
    `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: ` +
    `Member must have value ${words}`
  );
}
