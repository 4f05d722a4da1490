import type { InlinePolicy } from "../store/records.ts";
import { iamError } from "./errors.ts";

export function requireInlinePolicy(
  policies: readonly InlinePolicy[],
  policyName: string,
  owner: "user" | "group" | "role" = "user",
): InlinePolicy {
  const found = policies.find(({ PolicyName }) => PolicyName === policyName);
  if (found !== undefined) return found;
  throw iamError("NoSuchEntity", `The ${owner} policy with name ${policyName} cannot be found.`);
}
