import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const AliasName = "alias/short-lived";
const aliasArn = "arn:aws:kms:eu-west-1:111122223333:alias/short-lived";
const notFound = { code: "NotFoundException", message: `Alias ${aliasArn} is not found.` };

describe("DeleteAlias", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
  });
  afterAll(async () => await kms.close());

  test("takes the name away and leaves the key, with an empty body", async () => {
    await kms.call("CreateAlias", { AliasName, TargetKeyId: KeyId });
    expect(await kms.call("DeleteAlias", { AliasName })).toBeUndefined();
    expect(await refusal(kms.call("DescribeKey", { KeyId: AliasName }))).toEqual(notFound);
    expect((await kms.call("DescribeKey", { KeyId })).KeyMetadata?.KeyState).toBe("Enabled");
  });

  test("frees the name for another key", async () => {
    const other = await kms.newKey();
    await kms.call("CreateAlias", { AliasName, TargetKeyId: KeyId });
    await kms.call("DeleteAlias", { AliasName });
    await kms.call("CreateAlias", { AliasName, TargetKeyId: other });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: AliasName });
    expect(KeyMetadata?.KeyId).toBe(other);
    await kms.call("DeleteAlias", { AliasName });
  });

  test("is on record with alias and key, the alias first", async () => {
    await kms.call("CreateAlias", { AliasName, TargetKeyId: KeyId });
    await kms.call("DeleteAlias", { AliasName });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { aliasName: AliasName },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [
        { type: "AWS::KMS::Key", ARN: aliasArn },
        { type: "AWS::KMS::Key", ARN: kms.arn(KeyId) },
      ],
    });
  });

  test("NotFoundException for an alias that does not exist", async () => {
    expect(await refusal(kms.call("DeleteAlias", { AliasName }))).toEqual(notFound);
  });

  test("NotAuthorizedException for an alias that is AWS's", async () => {
    await kms.call("DescribeKey", { KeyId: "alias/aws/s3" });
    expect(await refusal(kms.call("DeleteAlias", { AliasName: "alias/aws/s3" }))).toEqual({
      code: "NotAuthorizedException",
      message: undefined,
    });
  });
});
