/**
 * May the caller? The root identity of an account may do everything in it; a user what
 * the policies attached to it allow, and nothing that one of them denies.
 */
import { compiledIdentityPolicy } from "../policy/compiled.ts";
import { evaluateIdentityPolicies } from "../policy/evaluate.ts";
import type { Caller } from "../service/caller.ts";
import { callerCondition } from "../service/caller-conditions.ts";
import type { Authenticated } from "../service/service.ts";
import { iamError } from "./errors.ts";

interface Asked {
  /** As policies name it, "iam:GetUser". */
  readonly action: string;
  readonly resource: string;
  /** What a refusal calls the resource. */
  readonly shown: string;
}

/** Refuses with AccessDenied. */
export function authorize(
  { action, resource, shown }: Asked,
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
    context: {
      get: (key) => ownConditions(key, caller) ?? callerCondition(key, { caller, facts, nowMs }),
    },
  });
  if (effect === "allow") return;
  const why =
    effect === "deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  throw iamError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${shown} ${why}`,
  );
}

/** IAM is in one Region, whichever its caller signs for, and each account sees its own alone. */
function ownConditions(key: string, { accountId }: Caller): string | undefined {
  if (key === "aws:requestedregion") return "us-east-1";
  return key === "aws:resourceaccount" ? accountId : undefined;
}
