/** May the caller assume this role, with these tags and under this source identity? */
import type { ConditionContext, ConditionFact } from "../../policy/evaluation.ts";
import { evaluateResourcePolicy } from "../../policy/evaluate.ts";
import { ownEffects, weigh } from "../../policy/own-policies.ts";
import { principalOf } from "../../policy/principal.ts";
import { ownPoliciesOf } from "../../service/caller.ts";
import { callerCondition } from "../../service/caller-conditions.ts";
import type { Authenticated } from "../../service/service.ts";
import type { RoleRecord, Tag } from "../../store/records.ts";
import { requestTagConditions, resourceTagConditions } from "../tag-conditions.ts";
import { compiledTrust } from "./compiled-trust.ts";
import { stsError } from "./errors.ts";

export interface AssumedAs {
  readonly roleArn: string;
  /** Nothing where there is none of this ARN: the refusal is the same. */
  readonly role: RoleRecord | undefined;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly sourceIdentity?: string;
  /** Those that the request gives, and which of them are to be handed on. */
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
  /** The session will have tags, given or inherited. */
  readonly isTagged: boolean;
}

/**
 * Refuses with AccessDenied unless the trust policy lets the caller in and, where it leaves
 * that to an account or the role is another account's, the caller's own policies do too.
 * Tags and a source identity are to be allowed each by itself, inherited ones as well.
 */
export function requireTrust(asked: AssumedAs, by: Authenticated, nowMs: number): RoleRecord {
  const { role, roleArn } = asked;
  const { caller } = by;
  const actions = [
    "sts:AssumeRole",
    ...(asked.isTagged ? ["sts:TagSession"] : []),
    ...(asked.sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  const refused = actions.find(
    (action) => role === undefined || !isTrusted(action, { ...asked, role }, by, nowMs),
  );
  if (role !== undefined && refused === undefined) return role;
  throw stsError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: ${refused} on resource: ${roleArn}`,
  );
}

function isTrusted(
  action: string,
  asked: AssumedAs & { readonly role: RoleRecord },
  by: Authenticated,
  nowMs: number,
): boolean {
  const { caller } = by;
  const principal = principalOf(caller);
  if (principal === undefined || principal.type === "root") return false;
  const context = conditionsOf(asked, by, nowMs);
  const request = { principal, action, resource: asked.roleArn, context };
  const { effect } = weigh(
    evaluateResourcePolicy(compiledTrust(asked.role, caller.session?.role.id), request),
    ownEffects(ownPoliciesOf(caller), request),
    asked.role.accountId === caller.accountId,
  );
  return effect === "allow";
}

function conditionsOf(
  asked: AssumedAs & { readonly role: RoleRecord },
  { caller, facts }: Authenticated,
  nowMs: number,
): ConditionContext {
  const { sessionName, externalId, sourceIdentity, transitiveTagKeys, role } = asked;
  const own = new Map<string, ConditionFact>([
    ["sts:rolesessionname", sessionName],
    ["aws:resourceaccount", role.accountId],
    ...requestTagConditions(asked.tags),
    ...resourceTagConditions(role.tags),
  ]);
  if (externalId !== undefined) own.set("sts:externalid", externalId);
  if (sourceIdentity !== undefined) own.set("sts:sourceidentity", sourceIdentity);
  if (transitiveTagKeys.length > 0) own.set("sts:transitivetagkeys", transitiveTagKeys);
  return { get: (key) => own.get(key) ?? callerCondition(key, { caller, facts, nowMs }) };
}
