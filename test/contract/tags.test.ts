import { paginateListResourceTags, type Tag } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

const tag = (TagKey: string, TagValue = "x"): Tag => ({ TagKey, TagValue });
const numbered = (count: number) => Array.from({ length: count }, (_none, n) => tag(`tag-${n}`));

describe("tags", () => {
  test("come with a new key, are added, changed and taken away", async () => {
    const KeyId = await contract.newKey({ Tags: [tag("a", "1"), tag("b", "")] });
    const change = { KeyId, Tags: [tag("b", "2"), tag("c", "3")] };
    expect(await answer(contract.kms.tagResource(change))).toEqual({});
    const TagKeys = ["a", "never there"];
    expect(await answer(contract.kms.untagResource({ KeyId, TagKeys }))).toEqual({});
    expect(await answer(contract.kms.listResourceTags({ KeyId }))).toEqual({
      Tags: [tag("b", "2"), tag("c", "3")],
      Truncated: false,
    });
  });

  test("are an empty list where there are none", async () => {
    const KeyId = await contract.newKey();
    const listed = await answer(contract.kms.listResourceTags({ KeyId }));
    expect(listed).toEqual({ Tags: [], Truncated: false });
  });

  test("are paged, each exactly once", async () => {
    const Tags = numbered(7);
    const KeyId = await contract.newKey({ Tags });
    const listed: Tag[] = [];
    const paging = { client: contract.kms, pageSize: 3 };
    for await (const page of paginateListResourceTags(paging, { KeyId })) {
      listed.push(...(page.Tags ?? []));
    }
    expect(listed).toEqual(Tags);
  });

  test.each([
    ["a key given twice", [tag("a"), tag("a")], "Duplicate tag keys"],
    ["51 tags", numbered(51), "Too many tags"],
    ["a key that is AWS's", [tag("aws:x")], "Tags beginning with aws: are reserved"],
  ])("TagException for %s, at CreateKey and at TagResource", async (_what, Tags, message) => {
    const KeyId = await contract.newKey();
    const refused = { name: "TagException", message, status: 400 };
    expect(await refusal(contract.kms.createKey({ Tags }))).toEqual(refused);
    expect(await refusal(contract.kms.tagResource({ KeyId, Tags }))).toEqual(refused);
  });

  test("ValidationException counts tags from one", async () => {
    const TagKey = "k".repeat(129);
    const attempt = contract.kms.createKey({ Tags: [tag("a"), tag(TagKey)] });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        `1 validation error detected: Value '${TagKey}' at 'tags.2.member.tagKey' failed to ` +
        "satisfy constraint: Member must have length less than or equal to 128",
      status: 400,
    });
  });

  test("KMSInvalidStateException for a key that is pending deletion", async () => {
    const KeyId = await contract.newKey({ Tags: [tag("a")] });
    await contract.kms.scheduleKeyDeletion({ KeyId });
    for (const attempt of [
      contract.kms.tagResource({ KeyId, Tags: [tag("b")] }),
      contract.kms.untagResource({ KeyId, TagKeys: ["a"] }),
    ]) {
      expect(await refusal(attempt)).toEqual({
        name: "KMSInvalidStateException",
        message: `${contract.arn(`key/${KeyId}`)} is pending deletion.`,
        status: 400,
      });
    }
  });
});
