/**
 * May the caller? The root identity of an account may do everything in it; a user what
 * the policies attached to it allow, and nothing that one of them denies.
 */
import { compiledIdentityPolicy } from "../policy/compiled.ts";
import { evaluateIdentityPolicies } from "../policy/evaluate.ts";
import { callerCondition } from "../service/caller-conditions.ts";
import type { Authenticated } from "../service/service.ts";
import { iamError } from "./errors.ts";

/** Refuses with AccessDenied. The action is as policies name it, "iam:GetUser". */
export function authorize(
  action: string,
  resource: string,
  { caller, facts }: Authenticated,
  nowMs: number,
): void {
  if (caller.type === "Root") return;
  const { identityPolicies = [] } = caller;
  const { effect } = evaluateIdentityPolicies(identityPolicies.map(compiledIdentityPolicy), {
    // An identity policy names no principal: whose it is has been settled.
    principal: { type: "anonymous" },
    action,
    resource,
    context: { get: (key) => callerCondition(key, { caller, facts, nowMs }) },
  });
  if (effect === "allow") return;
  const why =
    effect === "deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  throw iamError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}
