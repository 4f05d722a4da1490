import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("ListAliases", () => {
  let kms: KmsBench;
  let first: string;
  let second: string;
  beforeAll(async () => {
    kms = await kmsBench();
    first = await kms.newKey();
    second = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/b", TargetKeyId: first });
    await kms.call("CreateAlias", { AliasName: "alias/a", TargetKeyId: second });
  });
  afterAll(async () => await kms.close());

  const entry = (name: string, TargetKeyId: string) => ({
    AliasName: `alias/${name}`,
    AliasArn: `arn:aws:kms:eu-west-1:111122223333:alias/${name}`,
    TargetKeyId,
    CreationDate: new Date(kms.nowMs),
    LastUpdatedDate: new Date(kms.nowMs),
  });

  test("lists the account's aliases in the Region, by name, with their keys and dates", async () => {
    expect(await kms.call("ListAliases", {})).toEqual({
      Aliases: [entry("a", second), entry("b", first)],
      Truncated: false,
    });
    for (const place of [{ accountId: "444455556666" }, { region: "us-east-1" }]) {
      const output = await kms.call("ListAliases", {}, place);
      expect(output).toEqual({ Aliases: [], Truncated: false });
    }
  });

  test("lists those of one key, named by id or ARN", async () => {
    for (const KeyId of [first, kms.arn(first)]) {
      const { Aliases } = await kms.call("ListAliases", { KeyId });
      expect(Aliases).toEqual([entry("b", first)]);
    }
  });

  test("lists those of a key that is pending deletion", async () => {
    const KeyId = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/z", TargetKeyId: KeyId });
    await kms.call("ScheduleKeyDeletion", { KeyId });
    expect((await kms.call("ListAliases", { KeyId })).Aliases).toHaveLength(1);
  });

  test("is on record without resources", async () => {
    await kms.call("ListAliases", { KeyId: first, Limit: 3 });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: first, limit: 3 },
      responseElements: null,
      resources: [],
    });
    await kms.call("ListAliases", {});
    expect(kms.lastRecord()["requestParameters"]).toBeNull();
  });

  test("NotFoundException for a key that does not exist", async () => {
    const KeyId = "00000000-0000-4000-8000-000000000000";
    expect(await refusal(kms.call("ListAliases", { KeyId }))).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(KeyId)}' does not exist`,
    });
  });

  test("ValidationException for a limit over 100", async () => {
    expect(await refusal(kms.call("ListAliases", { Limit: 101 }))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: " +
        "Member must have value less than or equal to 100",
    });
  });
});
