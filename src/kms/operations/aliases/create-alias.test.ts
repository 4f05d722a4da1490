import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const arnOf = (aliasName: string) => `arn:aws:kms:eu-west-1:111122223333:${aliasName}`;

describe("CreateAlias", () => {
  let kms: KmsBench;
  let TargetKeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    TargetKeyId = await kms.newKey();
  });
  afterAll(async () => await kms.close());

  test("names a key, with an empty body, by key id and by key ARN", async () => {
    const input = { AliasName: "alias/by-id", TargetKeyId };
    expect(await kms.call("CreateAlias", input)).toBeUndefined();
    await kms.call("CreateAlias", {
      AliasName: "alias/by/arn_1",
      TargetKeyId: kms.arn(TargetKeyId),
    });
    for (const KeyId of ["alias/by-id", arnOf("alias/by/arn_1")]) {
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
      expect(KeyMetadata?.KeyId).toBe(TargetKeyId);
    }
  });

  test("is on record with key and alias, the key first", async () => {
    await kms.call("CreateAlias", { AliasName: "alias/recorded", TargetKeyId });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { aliasName: "alias/recorded", targetKeyId: TargetKeyId },
      responseElements: { keyId: kms.arn(TargetKeyId) },
    });
    expect(kms.lastRecord()["resources"]).toEqual([
      { accountId: "111122223333", type: "AWS::KMS::Key", ARN: kms.arn(TargetKeyId) },
      { accountId: "111122223333", type: "AWS::KMS::Key", ARN: arnOf("alias/recorded") },
    ]);
  });

  test("AlreadyExistsException for a name that is taken, even for the same key", async () => {
    await kms.call("CreateAlias", { AliasName: "alias/taken", TargetKeyId });
    expect(
      await refusal(kms.call("CreateAlias", { AliasName: "alias/taken", TargetKeyId })),
    ).toEqual({
      code: "AlreadyExistsException",
      message: `An alias with the name ${arnOf("alias/taken")} already exists`,
    });
  });

  test("takes a name that another account or Region has", async () => {
    const AliasName = "alias/common";
    await kms.call("CreateAlias", { AliasName, TargetKeyId });
    for (const place of [{ accountId: "444455556666" }, { region: "us-east-1" }]) {
      const key = await kms.newKey({}, place);
      await kms.call("CreateAlias", { AliasName, TargetKeyId: key }, place);
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: AliasName }, place);
      expect(KeyMetadata?.KeyId).toBe(key);
    }
  });

  test.each([
    [
      "x",
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    ["alias/", "Invalid identifier"],
    ["alias/a:b", "alias/a:b contains invalid characters for an alias"],
  ])("ValidationException for the name %s", async (AliasName, message) => {
    expect(await refusal(kms.call("CreateAlias", { AliasName, TargetKeyId }))).toEqual({
      code: "ValidationException",
      message,
    });
  });

  test.each(["alias/ü", "alias/a b", "alias/a.b", "alias/a\n"])(
    "ValidationException for the name %j, by its pattern",
    async (AliasName) => {
      expect(await refusal(kms.call("CreateAlias", { AliasName, TargetKeyId }))).toEqual({
        code: "ValidationException",
        message:
          `1 validation error detected: Value '${AliasName}' at 'aliasName' failed to satisfy ` +
          "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
      });
    },
  );

  test("ValidationException for a name of more than 256 characters", async () => {
    const AliasName = `alias/${"x".repeat(251)}`;
    const { message } = await refusal(kms.call("CreateAlias", { AliasName, TargetKeyId }));
    expect(message).toMatch(/at 'aliasName' .* length less than or equal to 256$/);
  });

  test("NotAuthorizedException for a name that is AWS's", async () => {
    const input = { AliasName: "alias/aws/mine", TargetKeyId };
    expect(await refusal(kms.call("CreateAlias", input))).toEqual({
      code: "NotAuthorizedException",
      message: undefined,
    });
  });

  test.each(["alias/by-id", arnOf("alias/by-id")])(
    "ValidationException for the alias %s as target",
    async (target) => {
      const input = { AliasName: "alias/of-alias", TargetKeyId: target };
      expect(await refusal(kms.call("CreateAlias", input))).toEqual({
        code: "ValidationException",
        message: "Aliases must refer to keys. Not aliases",
      });
    },
  );

  test("AccessDeniedException for an AWS managed key as target", async () => {
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    const input = { AliasName: "alias/mine", TargetKeyId: KeyMetadata?.KeyId };
    expect((await refusal(kms.call("CreateAlias", input))).code).toBe("AccessDeniedException");
  });

  test("LimitExceededException for the 51st alias of a key", async () => {
    const target = await kms.newKey();
    for (let count = 1; count <= 50; count += 1) {
      await kms.call("CreateAlias", { AliasName: `alias/many-${count}`, TargetKeyId: target });
    }
    const input = { AliasName: "alias/many-51", TargetKeyId: target };
    expect(await refusal(kms.call("CreateAlias", input))).toEqual({
      code: "LimitExceededException",
      message: `The quota of 50 aliases for the key ${kms.arn(target)} has been reached.`,
    });
  });
});
