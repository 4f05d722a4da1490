/**
 * May the caller? For a key its policy and its grants decide; without an explicit allow the
 * answer is no. For now every caller is the root identity of an account, which needs no
 * identity policy: what a key policy allows its account, it allows the account's root.
 */
import { BoundedMap } from "../lib/bounded-map.ts";
import { andThen, type Eventually } from "../lib/eventually.ts";
import { type CompiledPolicy, compilePolicy } from "../policy/compile.ts";
import { parsePolicy } from "../policy/document.ts";
import { evaluateResourcePolicy } from "../policy/evaluate.ts";
import type { RequestPrincipal } from "../policy/principal.ts";
import { accessDenied, accessDeniedToUnknownKey } from "./access-denied.ts";
import { KmsError } from "./errors.ts";
import { isGranted } from "./find-grants.ts";
import type { GrantAsk } from "./grant-terms.ts";
import type { Key } from "./key.ts";
import type { ConditionFacts, Desk } from "./operation.ts";
import { principalOf } from "./principal.ts";
import { type ConditionSubject, requestConditions } from "./request-conditions.ts";

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

type Effect = "allow" | "deny" | "none";

type Asking = Pick<Desk, "caller" | "facts" | "nowMs" | "recipient">;

/**
 * Refuses with AccessDeniedException unless the caller may. Of another account's key
 * nothing is said but what would be said of one that does not exist.
 */
export function authorize(
  access: KeyAccess,
  desk: Asking & Pick<Desk, "store">,
): Eventually<undefined> {
  return andThen(decide(principalOf(desk.caller), access, desk), (effect) => {
    if (effect === "allow") return undefined;
    throw refusal(access, desk, effect);
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
): Eventually<Effect> {
  if (principal === undefined) return "none";
  const byPolicy = policyEffect(principal, compiledPolicy(access.key.policy), access, desk);
  if (byPolicy !== "none") return byPolicy;
  const granted = isGranted(principal, access.grantAsk(), access.key, desk.store);
  return andThen(granted, (allowed) => (allowed ? "allow" : "none"));
}

/** What a key policy says of one access. */
export function policyEffect(
  principal: RequestPrincipal,
  policy: CompiledPolicy,
  asked: PolicyQuestion,
  desk: Asking,
): Effect {
  const { effect, through } = evaluateResourcePolicy(policy, {
    principal,
    action: `kms:${asked.action}`,
    resource: asked.key.arn,
    context: requestConditions({
      desk,
      key: asked.key,
      requestAlias: asked.requestAlias,
      facts: asked.conditions,
    }),
  });
  // What is allowed an account, or anybody in another one, identity policies there have to
  // allow as well. Roots need none, and nobody else has any yet.
  const elsewhere = desk.caller.accountId !== asked.key.accountId;
  const needsIdentityPolicy = principal.type !== "root" && (through === "account" || elsewhere);
  return effect === "allow" && needsIdentityPolicy ? "none" : effect;
}

/** What the key's policy says, of what grants have no part in. */
export function keyPolicyEffect(asked: PolicyQuestion & { readonly key: Key }, desk: Asking) {
  const principal = principalOf(desk.caller);
  if (principal === undefined) return "none";
  return policyEffect(principal, compiledPolicy(asked.key.policy), asked, desk);
}

function refusal({ action, key, byCiphertext }: KeyAccess, { caller }: Asking, effect: Effect) {
  if (key.accountId !== caller.accountId) return accessDeniedToUnknownKey(caller, action);
  const resource = byCiphertext
    ? "the resource associated with this ciphertext"
    : `resource: ${key.arn}`;
  return accessDenied(caller, action, resource, effect === "deny" ? "deny" : "none");
}

/** Operations on the account as a whole: its root identity may do them all, nobody else can be here. */
export function requireAccountAction({ caller }: Asking): void {
  if (caller.type !== "Root") throw new KmsError("AccessDeniedException");
}

/** Most keys of an account share one policy text, so few are ever compiled. */
const compiled = new BoundedMap<string, CompiledPolicy>(2_000);

function compiledPolicy(text: string): CompiledPolicy {
  return compiled.getOrAdd(text, () => compilePolicy(parsePolicy(text)));
}
