/** Tags. */
import { answers, type Case, refuses, words } from "../case.ts";
import type { World } from "../world.ts";

async function tag(world: World, ...TagKeys: string[]) {
  const Tags = TagKeys.map((TagKey) => ({ TagKey, TagValue: "x" }));
  return await world.kms.tagResource({ KeyId: await world.key("mac"), Tags });
}

export const tagCases: readonly Case[] = [
  answers("TagResource", "with two tags", "", async (world) => await tag(world, "a", "b")),
  refuses(
    "TagResource",
    "with the same tag twice",
    { code: "TagException", message: "Duplicate tag keys" },
    async (world) => await tag(world, "a", "a"),
  ),
  refuses(
    "TagResource",
    "with a reserved tag",
    { code: "TagException", message: "Tags beginning with aws: are reserved" },
    async (world) => await tag(world, "AWS:a"),
  ),
  refuses(
    "TagResource",
    "with a tag of 129 characters",
    words.constraint("tags.1.member.tagKey", "Member must have length less than or equal to 128"),
    async (world) => await tag(world, "a".repeat(129)),
  ),
  refuses(
    "TagResource",
    "of a key that is pending deletion",
    words.pendingDeletion,
    async (world) =>
      await world.kms.tagResource({
        KeyId: await world.key("pendingDeletion"),
        Tags: [{ TagKey: "a", TagValue: "b" }],
      }),
  ),
  answers(
    "UntagResource",
    "of tags that are not there",
    "",
    async (world) =>
      await world.kms.untagResource({ KeyId: await world.key("mac"), TagKeys: ["nowhere"] }),
  ),
  answers(
    "ListResourceTags",
    "of a key",
    "Tags Truncated",
    async (world) => await world.kms.listResourceTags({ KeyId: await world.key("symmetric") }),
  ),
  refuses(
    "ListResourceTags",
    "a limit of 51",
    words.constraint("limit", "Member must have value less than or equal to 50"),
    async (world) =>
      await world.kms.listResourceTags({ KeyId: await world.key("symmetric"), Limit: 51 }),
  ),
];
