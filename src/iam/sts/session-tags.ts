/** The tags of a new session: those it is given, and those it inherits. */
import type { RoleSession, SessionTag } from "../../service/caller.ts";
import { requireDistinctKeys, requireOwnKeys } from "../tags.ts";
import { stsError } from "./errors.ts";
import type { SessionLimits } from "./session.ts";

interface Asked {
  readonly Tags?: readonly SessionTag[];
  readonly TransitiveTagKeys?: readonly string[];
}

/**
 * Refuses with InvalidParameterValue tags that contradict each other or those which the
 * caller's own session hands on (IAM User Guide, "Pass session tags in AWS STS").
 */
export function sessionTags(
  { Tags = [], TransitiveTagKeys = [] }: Asked,
  session: RoleSession | undefined,
): Omit<SessionLimits, "policy"> {
  const inherited = session?.transitiveTags ?? [];
  requireDistinctKeys(Tags, "InvalidParameterValue");
  requireOwnKeys(Tags);
  const given = foldedKeys(Tags);
  if (!TransitiveTagKeys.every((key) => given.has(key.toLowerCase()))) {
    throw stsError(
      "InvalidParameterValue",
      "The specified transitive tag key must be included in the requested tags.",
    );
  }
  if (inherited.some(({ TagKey }) => given.has(TagKey.toLowerCase()))) {
    throw stsError(
      "InvalidParameterValue",
      "One of the specified transitive tag keys can't be set because it conflicts with a " +
        "transitive tag key from the calling session.",
    );
  }
  return {
    tags: [...inherited, ...Tags],
    transitiveTagKeys: [...inherited.map(({ TagKey }) => TagKey), ...TransitiveTagKeys],
  };
}

function foldedKeys(tags: readonly SessionTag[]): ReadonlySet<string> {
  return new Set(tags.map(({ TagKey }) => TagKey.toLowerCase()));
}
