/** The condition keys that tell of tags (IAM User Guide, "AWS global condition context keys"). */
import type { ConditionFact } from "../policy/evaluation.ts";
import type { Tag } from "../store/records.ts";

/** By condition key in lower case. Tags whose keys differ by case alone are refused elsewhere. */
export type ConditionFacts = ReadonlyMap<string, ConditionFact>;

/** What a request says of tags; nothing of it where it has none. */
export function requestTagConditions(tags: readonly Tag[] = []): ConditionFacts {
  const keys = requestTagKeyConditions(tags.map(({ TagKey }) => TagKey));
  return new Map([...keys, ...tagged("aws:requesttag/", tags)]);
}

/** The same where a request names keys alone. */
export function requestTagKeyConditions(keys: readonly string[]): ConditionFacts {
  return new Map(keys.length === 0 ? [] : [["aws:tagkeys", keys]]);
}

export function resourceTagConditions(tags: readonly Tag[]): ConditionFacts {
  return new Map([...tagged("aws:resourcetag/", tags), ...tagged("iam:resourcetag/", tags)]);
}

function tagged(prefix: string, tags: readonly Tag[]): readonly [string, string][] {
  return tags.map(({ TagKey, TagValue }) => [`${prefix}${TagKey.toLowerCase()}`, TagValue]);
}
