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
  readonly identityPolicies: readonly string[] | undefined;
  /** The most that the identity may do; missing for one without such a limit. */
  readonly permissionsBoundary: string | undefined;
  /** What a session was limited to when it was made; missing for one that was not. */
  readonly sessionPolicy: string | undefined;
}

/** Whose policies decide. */
export type Voice = "resource" | OwnVoice;
type OwnVoice = "identity" | "boundary" | "session";

/** A decision, and whose policies it hangs on when it is not an allow. */
export interface Verdict {
  readonly effect: Effect;
  readonly by: Voice;
}

/** A limit that is not there says "allow". */
export type OwnEffects = Readonly<Record<OwnVoice, Effect>>;

/** What each of a caller's own policies says of one request. */
export function ownEffects(
  { identityPolicies, permissionsBoundary, sessionPolicy }: OwnPolicies,
  request: AccessRequest,
): OwnEffects {
  return {
    identity:
      identityPolicies === undefined
        ? withoutPolicies(request)
        : evaluateIdentityPolicies(identityPolicies.map(compiledIdentityPolicy), request).effect,
    boundary: effectOfLimit(permissionsBoundary, request),
    session: effectOfLimit(sessionPolicy, request),
  };
}

function effectOfLimit(policy: string | undefined, request: AccessRequest): Effect {
  if (policy === undefined) return "allow";
  return evaluateIdentityPolicies([compiledIdentityPolicy(policy)], request).effect;
}

function withoutPolicies({ principal }: AccessRequest): Effect {
  return principal.type === "root" ? "allow" : "none";
}

/** Where no resource has a policy: every one of the caller's own has to allow. */
export function ownVerdict(own: OwnEffects): Verdict {
  const denial = denialOf(own);
  if (denial !== undefined) return denial;
  if (own.identity !== "allow") return { effect: own.identity, by: "identity" };
  return limitsOf(own);
}

/** What limits what is allowed otherwise: a boundary, then a session's policy. */
function limitsOf({ boundary, session }: OwnEffects): Verdict {
  if (boundary !== "allow") return { effect: boundary, by: "boundary" };
  return { effect: session, by: "session" };
}

/**
 * Beside a resource's policy. A deny in any of them ends it. In the resource's own account,
 * what its policy allows the caller in person, or everybody, stands alone; what it allows a
 * role is limited by its boundary and the policy of the session; what it allows the account, or anybody of
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
  if (through === "role") return limitsOf(own);
  return { effect: "allow", by: "resource" };
}

const ownVoices: readonly OwnVoice[] = ["identity", "boundary", "session"];

function denialOf(own: OwnEffects): Verdict | undefined {
  const by = ownVoices.find((voice) => own[voice] === "deny");
  return by && { effect: "deny", by };
}

const policyNames: Readonly<Record<Voice, string>> = {
  resource: "a resource-based policy",
  identity: "an identity-based policy",
  boundary: "a permissions boundary",
  session: "a session policy",
};

/** Why a decision is not an allow, in AWS's words ("Troubleshoot access denied error messages"). */
export function reasonOf({ effect, by }: Verdict, action: string): string {
  const name = policyNames[by];
  if (effect === "deny") return `with an explicit deny in ${name}`;
  return `because no ${name.slice(name.indexOf(" ") + 1)} allows the ${action} action`;
}
