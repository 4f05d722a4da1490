/** The rules that tags obey, wherever they are given. */
import type { Tag as SentTag } from "@aws-sdk/client-kms";
import type { Tag } from "../store/records.ts";
import { requireIdentityAction } from "./authorize.ts";
import { KmsError } from "./errors.ts";
import type { ConditionFacts } from "./operation.ts";
import * as shape from "./shapes.ts";

const maxTags = 50;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const tagKey = shape.text({ min: 1, max: 128 });

export const tagList = shape.listOfStructures<SentTag>({
  TagKey: tagKey,
  TagValue: shape.text({ min: 0, max: 256 }),
});

/** Refuses a set of tags that AWS refuses as a whole. */
export function requireSoundTags(tags: readonly SentTag[]): readonly Tag[] {
  if (tags.length > maxTags) throw new KmsError("TagException", "Too many tags");
  const sound = tags.map(({ TagKey = "", TagValue = "" }) => ({ TagKey, TagValue }));
  if (new Set(sound.map(({ TagKey }) => TagKey)).size < sound.length) {
    throw new KmsError("TagException", "Duplicate tag keys");
  }
  sound.forEach(requireSoundTag);
  return sound;
}

/**
 * The tags that a new key is given in the Region of the desk: a caller who gives any must be
 * allowed to. Refuses as requireSoundTags does, or with AccessDeniedException.
 */
export function tagsOfNewKey(
  sent: readonly SentTag[] = [],
  desk: Parameters<typeof requireIdentityAction>[2],
): readonly Tag[] {
  const tags = requireSoundTags(sent);
  if (tags.length > 0) {
    requireIdentityAction("TagResource", "*", desk, () => tagConditions(sent));
  }
  return tags;
}

function requireSoundTag({ TagKey, TagValue }: Tag): void {
  if (TagKey.toLowerCase().startsWith("aws:")) {
    throw new KmsError("TagException", "Tags beginning with aws: are reserved");
  }
  if (!allowed.test(TagKey) || !allowed.test(TagValue)) {
    throw new KmsError("TagException", "Tags contain invalid characters");
  }
}

/** The tags a key has after more were given: a known key takes the new value where it stands. */
export function mergeTags(before: readonly Tag[], given: readonly Tag[]): readonly Tag[] {
  const values = new Map(before.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  for (const { TagKey, TagValue } of given) values.set(TagKey, TagValue);
  if (values.size > maxTags) throw new KmsError("TagException", "Too many tags");
  return [...values].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** As a trail record lists tags. */
export function recordedTags(tags: readonly SentTag[]) {
  return tags.map(({ TagKey, TagValue }) => ({ tagKey: TagKey, tagValue: TagValue }));
}

/** The condition keys of a request that carries tags. */
export function tagConditions(tags: readonly SentTag[] | undefined): ConditionFacts {
  const facts: Record<string, string | readonly string[]> = {};
  for (const { TagKey = "", TagValue = "" } of tags ?? [])
    facts[`aws:RequestTag/${TagKey}`] = TagValue;
  facts["aws:TagKeys"] = (tags ?? []).map(({ TagKey = "" }) => TagKey);
  return facts;
}
