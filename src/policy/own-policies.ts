/**
 * What a caller's own policies say, and how that weighs beside the policy of a resource
 * (IAM User Guide, "Policy evaluation logic").
 */
import { compiledIdentityPolicy } from "./compiled.ts";
import { type AccessRequest, evaluateIdentityPolicies } from "./evaluate.ts";
import type { ResourcePolicyDecision } from "./evaluate.ts";

export type Effect = "allow" | "deny" | "none";

/** The policies that a caller brings along, as texts. */
export interface OwnPolicies {
  /** Missing for an account's root identity, which needs none. */
  readonly identityPolicies?: readonly string[];
  /** What a session was limited to when it was made; missing for one that was not. */
  readonly sessionPolicy?: string | undefined;
}

/** Whose policies decide. */
export type Voice = "resource" | "identity" | "session";

/** A decision, and whose policies it hangs on when it is not an allow. */
export interface Verdict {
  readonly effect: Effect;
  readonly by: Voice;
}

export interface OwnEffects {
  readonly identity: Effect;
  /** "allow" where there is no session policy. */
  readonly session: Effect;
}

/** What each of a caller's own policies says of one request. */
export function ownEffects(
  { identityPolicies, sessionPolicy }: OwnPolicies,
  request: AccessRequest,
): OwnEffects {
  return {
    identity:
      identityPolicies === undefined
        ? withoutPolicies(request)
        : evaluateIdentityPolicies(identityPolicies.map(compiledIdentityPolicy), request).effect,
    session:
      sessionPolicy === undefined
        ? "allow"
        : evaluateIdentityPolicies([compiledIdentityPolicy(sessionPolicy)], request).effect,
  };
}

function withoutPolicies({ principal }: AccessRequest): Effect {
  return principal.type === "root" ? "allow" : "none";
}

/** Where no resource has a policy: every one of the caller's own has to allow. */
export function ownVerdict(own: OwnEffects): Verdict {
  const denial = denialOf(own);
  if (denial !== undefined) return denial;
  if (own.identity !== "allow") return { effect: own.identity, by: "identity" };
  return { effect: own.session, by: "session" };
}

/**
 * Beside a resource's policy. A deny in any of them ends it. In the resource's own account,
 * what its policy allows the caller in person, or everybody, stands alone; what it allows a
 * role is limited by the policy of the session; what it allows the account, or anybody of
 * another one, the caller's own policies must allow too.
 */
export function weigh(
  resource: Pick<ResourcePolicyDecision, "effect" | "through">,
  own: OwnEffects,
  isOwnAccount: boolean,
): Verdict {
  if (resource.effect === "deny") return { effect: "deny", by: "resource" };
  const denial = denialOf(own);
  if (denial !== undefined) return denial;
  if (resource.effect === "none") return { effect: "none", by: "resource" };
  const { through } = resource;
  if (!isOwnAccount || through === "account" || through === undefined) return ownVerdict(own);
  if (through === "role") return { effect: own.session, by: "session" };
  return { effect: "allow", by: "resource" };
}

function denialOf({ identity, session }: OwnEffects): Verdict | undefined {
  if (identity === "deny") return { effect: "deny", by: "identity" };
  return session === "deny" ? { effect: "deny", by: "session" } : undefined;
}
