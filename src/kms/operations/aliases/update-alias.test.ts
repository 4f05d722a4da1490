import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const AliasName = "alias/moving";
const aliasArn = "arn:aws:kms:eu-west-1:111122223333:alias/moving";

describe("UpdateAlias", () => {
  let kms: KmsBench;
  let before: string;
  let after: string;
  beforeAll(async () => {
    kms = await kmsBench();
    before = await kms.newKey();
    after = await kms.newKey();
    await kms.call("CreateAlias", { AliasName, TargetKeyId: before });
  });
  afterAll(async () => await kms.close());

  test("points the alias at another key and tells when, with an empty body", async () => {
    const CreationDate = new Date(kms.nowMs);
    kms.nowMs += 60_000;
    expect(await kms.call("UpdateAlias", { AliasName, TargetKeyId: after })).toBeUndefined();
    const { Aliases } = await kms.call("ListAliases", {});
    expect(Aliases).toEqual([
      {
        AliasName,
        AliasArn: aliasArn,
        TargetKeyId: after,
        CreationDate,
        LastUpdatedDate: new Date(kms.nowMs),
      },
    ]);
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: AliasName });
    expect(KeyMetadata?.KeyId).toBe(after);
  });

  test("is on record with alias and new key, the alias first", async () => {
    await kms.call("UpdateAlias", { AliasName, TargetKeyId: before });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { aliasName: AliasName, targetKeyId: before },
      responseElements: { keyId: kms.arn(before) },
      resources: [
        { type: "AWS::KMS::Key", ARN: aliasArn },
        { type: "AWS::KMS::Key", ARN: kms.arn(before) },
      ],
    });
  });

  test("succeeds for the key it points at already", async () => {
    await kms.call("UpdateAlias", { AliasName, TargetKeyId: before });
    await kms.call("UpdateAlias", { AliasName, TargetKeyId: kms.arn(before) });
    const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: AliasName });
    expect(KeyMetadata?.KeyId).toBe(before);
  });

  test("NotFoundException for an alias that does not exist", async () => {
    const input = { AliasName: "alias/none", TargetKeyId: after };
    expect(await refusal(kms.call("UpdateAlias", input))).toEqual({
      code: "NotFoundException",
      message: "Alias arn:aws:kms:eu-west-1:111122223333:alias/none is not found.",
    });
  });

  test("NotAuthorizedException for a name that is AWS's", async () => {
    const input = { AliasName: "alias/aws/s3", TargetKeyId: after };
    expect(await refusal(kms.call("UpdateAlias", input))).toEqual({
      code: "NotAuthorizedException",
      message: undefined,
    });
  });

  test("ValidationException for an alias as target", async () => {
    const input = { AliasName, TargetKeyId: "alias/other" };
    expect(await refusal(kms.call("UpdateAlias", input))).toEqual({
      code: "ValidationException",
      message: "Aliases must refer to keys. Not aliases",
    });
  });

  test("KMSInvalidStateException for a target that is pending deletion; leaving one is allowed", async () => {
    const dying = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/saved", TargetKeyId: dying });
    await kms.call("ScheduleKeyDeletion", { KeyId: dying });
    expect(await refusal(kms.call("UpdateAlias", { AliasName, TargetKeyId: dying }))).toEqual({
      code: "KMSInvalidStateException",
      message: `${kms.arn(dying)} is pending deletion.`,
    });
    await kms.call("UpdateAlias", { AliasName: "alias/saved", TargetKeyId: after });
  });

  test("AccessDeniedException unless both keys allow it", async () => {
    const shut = await kms.newKey({ Policy: withoutUpdateAlias });
    expect(await refusal(kms.call("UpdateAlias", { AliasName, TargetKeyId: shut }))).toEqual({
      code: "AccessDeniedException",
      message:
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:UpdateAlias on " +
        `resource: ${kms.arn(shut)} with an explicit deny in a resource-based policy`,
    });
    await kms.call("CreateAlias", { AliasName: "alias/held", TargetKeyId: shut });
    const away = { AliasName: "alias/held", TargetKeyId: after };
    expect((await refusal(kms.call("UpdateAlias", away))).code).toBe("AccessDeniedException");
  });
});

const root = { AWS: "arn:aws:iam::111122223333:root" };
const withoutUpdateAlias = JSON.stringify({
  Statement: [
    { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" },
    { Effect: "Deny", Principal: root, Action: "kms:UpdateAlias", Resource: "*" },
  ],
});
