/**
 * May the caller? For a key the key policy decides; without an explicit allow the answer
 * is no. For now every caller is the root identity of an account, which needs no identity
 * policy: what a key policy allows its account, it allows the account's root.
 */
import { type CompiledPolicy, compilePolicy } from "../policy/compile.ts";
import { parsePolicy } from "../policy/document.ts";
import { evaluateResourcePolicy } from "../policy/evaluate.ts";
import { BoundedMap } from "../lib/bounded-map.ts";
import { accessDenied } from "./access-denied.ts";
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";
import type { ConditionFacts, Desk } from "./operation.ts";
import { requestConditions } from "./request-conditions.ts";

export interface KeyAccess {
  readonly action: string;
  readonly key: Key;
  readonly requestAlias: string | undefined;
  /** Worked out when a policy asks for one of them, which few do. */
  readonly conditions: (() => ConditionFacts) | undefined;
  /** The key was named by a ciphertext blob alone. */
  readonly byCiphertext: boolean;
}

type Asking = Pick<Desk, "caller" | "facts" | "nowMs" | "recipient">;

/** Refuses with AccessDeniedException unless the key policy allows the action. */
export function authorize(access: KeyAccess, desk: Asking): void {
  const { key, action, byCiphertext } = access;
  const effect = decide(compiledPolicy(key.policy), access, desk);
  if (effect === "allow") return;
  const resource = byCiphertext
    ? "the resource associated with this ciphertext"
    : `resource: ${key.arn}`;
  throw accessDenied(desk.caller, action, resource, effect);
}

/** What a key policy says of one access. */
export function decide(
  policy: CompiledPolicy,
  access: Omit<KeyAccess, "byCiphertext" | "key"> & { readonly key: PolicySubject },
  desk: Asking,
): "allow" | "deny" | "none" {
  const { caller } = desk;
  if (caller.type !== "Root") return "none";
  const decision = evaluateResourcePolicy(policy, {
    principal: { type: "root", accountId: caller.accountId },
    action: `kms:${access.action}`,
    resource: access.key.arn,
    context: requestConditions({
      desk,
      key: access.key,
      requestAlias: access.requestAlias,
      facts: access.conditions,
    }),
  });
  return decision.effect;
}

type PolicySubject = Pick<
  Key,
  "arn" | "accountId" | "keySpec" | "keyUsage" | "origin" | "multiRegion" | "tags"
>;

/** Operations on the account as a whole: its root identity may do them all, nobody else can be here. */
export function requireAccountAction({ caller }: Asking): void {
  if (caller.type !== "Root") throw new KmsError("AccessDeniedException");
}

/** Most keys of an account share one policy text, so few are ever compiled. */
const compiled = new BoundedMap<string, CompiledPolicy>(2_000);

function compiledPolicy(text: string): CompiledPolicy {
  return compiled.getOrAdd(text, () => compilePolicy(parsePolicy(text)));
}
