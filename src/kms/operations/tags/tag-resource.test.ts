import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { JsonObject } from "../../../service/service.ts";

const tag = (TagKey: string, TagValue = "x") => ({ TagKey, TagValue });

describe("TagResource", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
  });
  afterAll(async () => await kms.close());

  async function tagsOf(keyId: string) {
    return (await kms.call("ListResourceTags", { KeyId: keyId })).Tags;
  }

  test("adds tags and gives known ones another value, with an empty body", async () => {
    const key = await kms.newKey({ Tags: [tag("a", "1"), tag("b", "2")] });
    const Tags = [tag("b", ""), tag("B", "3")];
    expect(await kms.call("TagResource", { KeyId: key, Tags })).toBeUndefined();
    expect(await tagsOf(key)).toEqual([tag("B", "3"), tag("a", "1"), tag("b", "")]);
  });

  test("is on record with the tags", async () => {
    await kms.call("TagResource", { KeyId, Tags: [tag("a", "1")] });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: KeyId, tags: [{ tagKey: "a", tagValue: "1" }] },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });

  test.each(["a b", "_.:/=+-@", "ключ", "鍵", "5", "x".repeat(128)])(
    "takes the tag key %j",
    async (TagKey) => {
      const key = await kms.newKey();
      await kms.call("TagResource", { KeyId: key, Tags: [tag(TagKey, TagKey)] });
      expect(await tagsOf(key)).toEqual([tag(TagKey, TagKey)]);
    },
  );

  test.each<[string, JsonObject[], string]>([
    ["a key given twice", [tag("a"), tag("a", "y")], "Duplicate tag keys"],
    ["51 tags", Array.from({ length: 51 }, (_v, n) => tag(`k${n}`)), "Too many tags"],
    ["a reserved key", [tag("aws:x")], "Tags beginning with aws: are reserved"],
    ["a reserved key in other capitals", [tag("aWs:x")], "Tags beginning with aws: are reserved"],
    ["other characters in a key", [tag("a*b")], "Tags contain invalid characters"],
    ["other characters in a value", [tag("a", "<>")], "Tags contain invalid characters"],
  ])("TagException for %s", async (_what, Tags, message) => {
    expect(await refusal(kms.send("TagResource", { KeyId, Tags }))).toEqual({
      code: "TagException",
      message,
    });
  });

  test("TagException for the 51st tag of a key; another value for one of the 50 is no 51st", async () => {
    const key = await kms.newKey({ Tags: Array.from({ length: 50 }, (_v, n) => tag(`k${n}`)) });
    expect(await refusal(kms.call("TagResource", { KeyId: key, Tags: [tag("one more")] }))).toEqual(
      {
        code: "TagException",
        message: "Too many tags",
      },
    );
    await kms.call("TagResource", { KeyId: key, Tags: [tag("k49", "new")] });
  });

  test.each<[string, JsonObject, string]>([
    [
      "an empty key",
      { TagKey: "", TagValue: "" },
      "Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      "a key of 129 characters",
      { TagKey: "k".repeat(129), TagValue: "" },
      `Value '${"k".repeat(129)}' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
    ],
    [
      "a value of 257 characters",
      { TagKey: "k", TagValue: "v".repeat(257) },
      `Value '${"v".repeat(257)}' at 'tags.1.member.tagValue' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      "no value",
      { TagKey: "k" },
      "Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null",
    ],
  ])("ValidationException for %s", async (_what, sent, complaint) => {
    expect(await refusal(kms.send("TagResource", { KeyId, Tags: [sent] }))).toEqual({
      code: "ValidationException",
      message: `1 validation error detected: ${complaint}`,
    });
  });
});
