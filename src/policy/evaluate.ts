/**
 * What policies have to say about one request: those of the identity that asks, or the one
 * of the resource. Each is one voice among several, weighed by whoever asked.
 */
import type { CompiledPolicy, CompiledStatement } from "./compile.ts";
import { Evaluation, TooCostly } from "./evaluation.ts";
import type { ConditionContext } from "./evaluation.ts";
import type { MatchKind, RequestPrincipal } from "./principal.ts";

/** A principal who wants to do something to a resource. */
export interface AccessRequest {
  readonly principal: RequestPrincipal;
  /** As policies name it, "kms:Encrypt". */
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
}

/** The policy's answer, and the statement it comes from. */
export interface ResourcePolicyDecision {
  /** "none": the policy neither allows nor denies, which by itself is a denial. */
  readonly effect: "allow" | "deny" | "none";
  /** How the deciding statement speaks of the caller. */
  readonly through?: MatchKind;
  /** Counted from 0. Missing from a denial because the policy took too long to evaluate. */
  readonly statementIndex?: number;
  readonly sid?: string;
}

/** What the policies of an identity answer together, and the statement it comes from. */
export interface IdentityPolicyDecision {
  readonly effect: "allow" | "deny" | "none";
  /** Which policy decides, and which of its statements; both counted from 0. */
  readonly policyIndex?: number;
  readonly statementIndex?: number;
}

const strength: Readonly<Record<MatchKind, number>> = {
  principal: 4,
  everyone: 3,
  role: 2,
  account: 1,
};

/**
 * Decides. A matching Deny wins over every Allow; among matching Allows the one that
 * speaks of the caller most directly wins. Where the request can be read in several ways,
 * a Deny needs to match one of them and an Allow all, so that sending a name a second
 * time gains nothing. An evaluation that would take more than a few milliseconds is a denial.
 */
export function evaluateResourcePolicy(
  policy: CompiledPolicy,
  request: AccessRequest,
): ResourcePolicyDecision {
  const evaluation = new Evaluation(request.context);
  const asked = { ...request, action: request.action.toLowerCase() };
  try {
    return (
      strongest("deny", policy.denials, asked, evaluation) ??
      strongest("allow", policy.allowances, asked, evaluation) ?? { effect: "none" }
    );
  } catch (error) {
    if (error instanceof TooCostly) return { effect: "deny" };
    throw error;
  }
}

/**
 * Decides for all policies of the identity that asks: a matching Deny in any of them wins
 * over an Allow in any other. An evaluation that would take more than a few milliseconds
 * is a denial.
 */
export function evaluateIdentityPolicies(
  policies: readonly CompiledPolicy[],
  request: AccessRequest,
): IdentityPolicyDecision {
  const evaluation = new Evaluation(request.context);
  const asked = { ...request, action: request.action.toLowerCase() };
  try {
    return (
      first("deny", policies, asked, evaluation) ??
      first("allow", policies, asked, evaluation) ?? { effect: "none" }
    );
  } catch (error) {
    if (error instanceof TooCostly) return { effect: "deny" };
    throw error;
  }
}

function first(
  effect: "allow" | "deny",
  policies: readonly CompiledPolicy[],
  request: AccessRequest,
  evaluation: Evaluation,
): IdentityPolicyDecision | undefined {
  for (const [policyIndex, { denials, allowances }] of policies.entries()) {
    const statements = effect === "deny" ? denials : allowances;
    const found = strongest(effect, statements, request, evaluation);
    if (found?.statementIndex === undefined) continue;
    return { effect, policyIndex, statementIndex: found.statementIndex };
  }
  return undefined;
}

function strongest(
  effect: "allow" | "deny",
  statements: readonly CompiledStatement[],
  request: AccessRequest,
  evaluation: Evaluation,
): ResourcePolicyDecision | undefined {
  let best: ResourcePolicyDecision | undefined;
  let bestStrength = 0;
  for (const statement of statements) {
    if (!statement.action(request.action, evaluation)) continue;
    const through = statement.principal(request.principal);
    if (through === undefined || strength[through] <= bestStrength) continue;
    if (!applies(effect, statement, request, evaluation)) continue;
    best = decision(effect, through, statement);
    bestStrength = strength[through];
    // One Deny is as good as another: the first that is found explains the answer.
    if (effect === "deny" || through === "principal") break;
  }
  return best;
}

function applies(
  effect: "allow" | "deny",
  { resource, conditions }: CompiledStatement,
  request: AccessRequest,
  evaluation: Evaluation,
): boolean {
  const test = () =>
    resource(request.resource, evaluation) && conditions.every((holds) => holds(evaluation));
  return effect === "deny"
    ? evaluation.holdsInSomeReading(test)
    : evaluation.holdsInEveryReading(test);
}

function decision(
  effect: "allow" | "deny",
  through: MatchKind,
  { index, sid }: CompiledStatement,
): ResourcePolicyDecision {
  return { effect, through, statementIndex: index, ...(sid === undefined ? {} : { sid }) };
}
