/**
 * May the caller? For a key its policy, its grants and the caller's own policies decide;
 * without an explicit allow the answer is no. The root identity of an account needs no
 * policy of its own: what a key policy allows its account, it allows the account's root.
 */
import { BoundedMap } from "../lib/bounded-map.ts";
import { andThen, type Eventually } from "../lib/eventually.ts";
import { type CompiledPolicy, compilePolicy } from "../policy/compile.ts";
import { keptCharactersMax, weightOfPolicy } from "../policy/compiled.ts";
import { parsePolicy } from "../policy/document.ts";
import { type AccessRequest, evaluateResourcePolicy } from "../policy/evaluate.ts";
import { ownEffects, ownVerdict, type Verdict, weigh } from "../policy/own-policies.ts";
import { principalOf, type RequestPrincipal } from "../policy/principal.ts";
import { ownPoliciesOf } from "../service/caller.ts";
import { accessDeniedBy, accessDeniedToUnknownKey } from "./access-denied.ts";
import type { KmsError } from "./errors.ts";
import { isGranted } from "./find-grants.ts";
import type { GrantAsk } from "./grant-terms.ts";
import type { Key } from "./key.ts";
import type { ConditionFacts, Desk } from "./operation.ts";
import { grantNamesOf } from "./grant-names.ts";
import {
  accountConditions,
  type ConditionSubject,
  requestConditions,
} from "./request-conditions.ts";

/** What is asked of a key policy. */
export interface PolicyQuestion {
  readonly action: string;
  readonly key: PolicySubject;
  readonly requestAlias: string | undefined;
  /** Worked out when a policy asks for one of them, which few do. */
  readonly conditions: (() => ConditionFacts) | undefined;
}

/** What a key policy is asked about: a key that exists, or one that is still to be made. */
export type PolicySubject = ConditionSubject & Pick<Key, "arn">;

export interface KeyAccess extends PolicyQuestion {
  readonly key: Key;
  /** What a grant has to allow where the key policy says nothing. */
  readonly grantAsk: () => GrantAsk;
  /** The key was named by a ciphertext blob alone. */
  readonly byCiphertext: boolean;
}

type Asking = Pick<Desk, "caller" | "facts" | "nowMs" | "recipient">;

/**
 * Refuses with AccessDeniedException unless the caller may. Of another account's key
 * nothing is said but what would be said of one that does not exist.
 */
export function authorize(
  access: KeyAccess,
  desk: Asking & Pick<Desk, "store">,
): Eventually<undefined> {
  return andThen(decide(principalOf(desk.caller), access, desk), (verdict) => {
    if (verdict.effect === "allow") return undefined;
    throw refusal(access, desk, verdict);
  });
}

/**
 * The decision about a key ("Policy evaluation logic", IAM User Guide; "Troubleshooting key
 * access", AWS KMS Developer Guide): an explicit deny of the key policy ends it, then an
 * allow of the key policy does, then one of a grant.
 */
function decide(
  principal: RequestPrincipal | undefined,
  access: KeyAccess,
  desk: Asking & Pick<Desk, "store">,
): Eventually<Verdict> {
  if (principal === undefined) return { effect: "none", by: "resource" };
  const byPolicy = policyVerdict(principal, compiledPolicy(access.key.policy), access, desk);
  if (byPolicy.effect !== "none") return byPolicy;
  const { inPerson, asRole } = grantNamesOf(principal, access.key.region);
  const isGrantedTo = (names: readonly string[]) =>
    isGranted(names, access.grantAsk(), access.key, desk.store);
  return andThen(isGrantedTo(inPerson), (allowed): Eventually<Verdict> => {
    if (allowed) return { effect: "allow", by: "resource" };
    return andThen(isGrantedTo(asRole), (allowedAsRole) =>
      allowedAsRole ? roleGrantVerdict(principal, access, desk) : byPolicy,
    );
  });
}

/** What is granted to a role, its sessions have as far as the role's boundary and their own limits go. */
export function roleGrantVerdict(
  principal: RequestPrincipal,
  asked: PolicyQuestion,
  desk: Asking,
): Verdict {
  const own = ownEffects(ownPoliciesOf(desk.caller), requestFor(principal, asked, desk));
  return weigh({ effect: "allow", through: "role" }, own, true);
}

/** What a key policy and the caller's own policies say of one access. */
export function policyVerdict(
  principal: RequestPrincipal,
  policy: CompiledPolicy,
  asked: PolicyQuestion,
  desk: Asking,
): Verdict {
  const request = requestFor(principal, asked, desk);
  return weigh(
    evaluateResourcePolicy(policy, request),
    ownEffects(ownPoliciesOf(desk.caller), request),
    desk.caller.accountId === asked.key.accountId,
  );
}

function requestFor(
  principal: RequestPrincipal,
  asked: PolicyQuestion,
  desk: Asking,
): AccessRequest {
  return {
    principal,
    action: `kms:${asked.action}`,
    resource: asked.key.arn,
    context: requestConditions({
      desk,
      key: asked.key,
      requestAlias: asked.requestAlias,
      facts: asked.conditions,
    }),
  };
}

/** What the caller's own policies say, where the key's policy can only deny. */
export function ownVerdictOn(asked: PolicyQuestion & { readonly key: Key }, desk: Asking): Verdict {
  const principal = principalOf(desk.caller);
  if (principal === undefined) return { effect: "none", by: "identity" };
  const request = requestFor(principal, asked, desk);
  const { effect } = evaluateResourcePolicy(compiledPolicy(asked.key.policy), request);
  if (effect === "deny") return { effect, by: "resource" };
  return ownVerdict(ownEffects(ownPoliciesOf(desk.caller), request));
}

function refusal(
  { action, key, byCiphertext }: KeyAccess,
  { caller }: Asking,
  { effect, by }: Verdict,
): KmsError {
  if (key.accountId !== caller.accountId) return accessDeniedToUnknownKey(caller, action);
  const resource = byCiphertext
    ? "the resource associated with this ciphertext"
    : `resource: ${key.arn}`;
  return accessDeniedBy(by, caller, action, resource, effect);
}

/**
 * Refuses with AccessDeniedException what the caller's own policies do not allow: operations
 * on the account as a whole, and on aliases. The resource is as policies name it.
 */
export function requireIdentityAction(
  action: string,
  resource: string,
  desk: Asking,
  conditions?: () => ConditionFacts,
): void {
  const { caller } = desk;
  const principal = principalOf(caller);
  const verdict: Verdict =
    principal === undefined
      ? { effect: "none", by: "identity" }
      : ownVerdict(
          ownEffects(ownPoliciesOf(caller), {
            principal,
            action: `kms:${action}`,
            resource,
            context: accountConditions(desk, conditions),
          }),
        );
  if (verdict.effect === "allow") return;
  throw accessDeniedBy(verdict.by, caller, action, `resource: ${resource}`, verdict.effect);
}

/** Most keys of an account share one policy text, so few are ever compiled. */
const compiled = new BoundedMap<string, CompiledPolicy>(keptCharactersMax, {
  weigh: weightOfPolicy,
});

function compiledPolicy(text: string): CompiledPolicy {
  return compiled.getOrAdd(text, () => compilePolicy(parsePolicy(text)));
}
