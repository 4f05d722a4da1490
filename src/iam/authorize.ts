/**
 * May the caller? The root identity of an account may do everything in it; users and roles
 * what the policies attached to them allow, and nothing that one of them denies.
 */
import { ownEffects, ownVerdict } from "../policy/own-policies.ts";
import { type Caller, ownPoliciesOf } from "../service/caller.ts";
import { callerCondition } from "../service/caller-conditions.ts";
import type { Authenticated } from "../service/service.ts";
import { policyDenial } from "./errors.ts";
import type { ConditionFacts } from "./tag-conditions.ts";

interface Asked {
  /** As policies name it, "iam:GetUser". */
  readonly action: string;
  readonly resource: string;
  /** What a refusal calls the resource. */
  readonly shown: string;
  /** Of the request and of what it is about. */
  readonly conditions?: ConditionFacts;
}

/** Refuses with AccessDenied. */
export function authorize(
  { action, resource, shown, conditions }: Asked,
  { caller, facts }: Authenticated,
  nowMs: number,
): void {
  if (caller.type === "Root") return;
  const own = ownEffects(ownPoliciesOf(caller), {
    // An identity policy names no principal: whose it is has been settled.
    principal: { type: "anonymous" },
    action,
    resource,
    context: {
      get: (key) =>
        ownConditions(key, caller) ??
        callerCondition(key, { caller, facts, nowMs }) ??
        conditions?.get(key),
    },
  });
  const verdict = ownVerdict(own);
  if (verdict.effect !== "allow") throw policyDenial(caller, action, shown, verdict);
}

/** IAM is in one Region, whichever its caller signs for, and each account sees its own alone. */
function ownConditions(key: string, { accountId }: Caller): string | undefined {
  if (key === "aws:requestedregion") return "us-east-1";
  return key === "aws:resourceaccount" ? accountId : undefined;
}
