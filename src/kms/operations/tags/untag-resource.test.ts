import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("UntagResource", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  const Tags = ["a", "A", "b"].map((TagKey) => ({ TagKey, TagValue: "x" }));

  test("takes the tags named, case and all, passes over others, with an empty body", async () => {
    const KeyId = await kms.newKey({ Tags });
    const input = { KeyId, TagKeys: ["a", "unknown"] };
    expect(await kms.call("UntagResource", input)).toBeUndefined();
    expect((await kms.call("ListResourceTags", { KeyId })).Tags).toEqual([Tags[1], Tags[2]]);
  });

  test("is on record with the tag keys", async () => {
    const KeyId = await kms.newKey({ Tags });
    await kms.call("UntagResource", { KeyId, TagKeys: ["a", "b"] });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId, tagKeys: ["a", "b"] },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });

  test("ValidationException for a tag key of 129 characters and for none at all", async () => {
    const KeyId = await kms.newKey({ Tags });
    const long = { KeyId, TagKeys: ["k".repeat(129)] };
    expect((await refusal(kms.call("UntagResource", long))).code).toBe("ValidationException");
    expect(await refusal(kms.send("UntagResource", { KeyId }))).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: " +
        "Member must not be null",
    });
  });
});
