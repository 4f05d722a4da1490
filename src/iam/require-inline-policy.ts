import type { InlinePolicy } from "../store/records.ts";
import { iamError } from "./errors.ts";

export function requireInlinePolicy(
  policies: readonly InlinePolicy[],
  policyName: string,
): InlinePolicy {
  const found = policies.find(({ PolicyName }) => PolicyName === policyName);
  if (found !== undefined) return found;
  throw iamError("NoSuchEntity", `The user policy with name ${policyName} cannot be found.`);
}
