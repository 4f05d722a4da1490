import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("UpdateKeyDescription", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey({ Description: "first" });
  });
  afterAll(async () => await kms.close());

  test.each(["second", "ключ 🔑", "x".repeat(8192), ""])(
    "replaces the description, with an empty body",
    async (Description) => {
      expect(await kms.call("UpdateKeyDescription", { KeyId, Description })).toBeUndefined();
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId });
      expect(KeyMetadata?.Description).toBe(Description);
    },
  );

  test("is on record with the new description", async () => {
    await kms.call("UpdateKeyDescription", { KeyId, Description: "new" });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId, description: "new" },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });

  test("ValidationException without a description", async () => {
    expect(await refusal(kms.send("UpdateKeyDescription", { KeyId }))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value null at 'description' failed to satisfy " +
        "constraint: Member must not be null",
    });
  });

  test("ValidationException for more than 8,192 characters", async () => {
    const input = { KeyId, Description: "x".repeat(8193) };
    const { code, message } = await refusal(kms.call("UpdateKeyDescription", input));
    expect(code).toBe("ValidationException");
    expect(message).toMatch(/at 'description' .* length less than or equal to 8192$/);
  });

  test("SerializationException for a description that is no text", async () => {
    const attempt = kms.send("UpdateKeyDescription", { KeyId, Description: 7 });
    expect(await refusal(attempt)).toEqual({
      code: "SerializationException",
      message: "NUMBER_VALUE can not be converted to a String",
    });
    await expect(attempt).rejects.toMatchObject({ messageMember: "message" });
    expect(kms.lastRecord()).toMatchObject({ errorCode: "SerializationException" });
  });
});
