/**
 * The condition keys of one request to KMS, worked out only when a policy asks. Every
 * value is derived by the server: nothing a client sends can set one but as documented
 * (kms: keys on the AWS KMS condition keys page, aws: keys in the IAM user guide).
 */
import type { ConditionContext, ConditionFact, ConditionValue } from "../policy/evaluation.ts";
import { callerCondition } from "../service/caller-conditions.ts";
import type { Key } from "./key.ts";
import type { ConditionFacts, Desk } from "./operation.ts";
import { isPrimary } from "./primary-key.ts";
import { recipientCondition } from "./recipients.ts";

/** What the condition keys tell of a key. */
export type ConditionSubject = Pick<
  Key,
  | "accountId"
  | "region"
  | "keySpec"
  | "keyUsage"
  | "origin"
  | "multiRegion"
  | "primaryRegion"
  | "tags"
>;

interface Subject {
  readonly desk: Pick<Desk, "caller" | "facts" | "nowMs" | "recipient">;
  readonly key: ConditionSubject;
  /** The alias the caller named the key by. */
  readonly requestAlias: string | undefined;
  /** What the operation adds. */
  readonly facts: (() => ConditionFacts) | undefined;
}

type Derivation = (subject: Subject) => ConditionValue | undefined;

/** By condition key in lower case. */
const derivations: ReadonlyMap<string, Derivation> = new Map(
  Object.entries<Derivation>({
    "kms:calleraccount": ({ desk }) => desk.caller.accountId,
    "kms:keyspec": ({ key }) => key.keySpec,
    "kms:keyusage": ({ key }) => key.keyUsage,
    "kms:customermasterkeyspec": ({ key }) => key.keySpec,
    "kms:customermasterkeyusage": ({ key }) => key.keyUsage,
    "kms:keyorigin": ({ key }) => key.origin,
    "kms:multiregion": ({ key }) => String(key.multiRegion),
    "kms:multiregionkeytype": ({ key }) => multiRegionKeyType(key),
    "kms:requestalias": ({ requestAlias }) => requestAlias,
    "aws:resourceaccount": ({ key }) => key.accountId,
  }),
);

const resourceTagPrefix = "aws:resourcetag/";

/** A context that the policy engine can ask for condition keys in lower case. */
export function requestConditions(subject: Subject): ConditionContext {
  const ofRequest = conditionsOfRequest(subject.desk, subject.facts);
  return {
    get(key) {
      const derive = derivations.get(key);
      if (derive !== undefined) return derive(subject);
      if (key.startsWith(resourceTagPrefix)) return resourceTag(subject, key);
      return ofRequest.get(key);
    },
  };
}

/** As requestConditions, for a request that is about no key. */
export function accountConditions(
  desk: Subject["desk"],
  facts: (() => ConditionFacts) | undefined,
): ConditionContext {
  const ofRequest = conditionsOfRequest(desk, facts);
  return {
    get(key) {
      const isAccount = key === "kms:calleraccount" || key === "aws:resourceaccount";
      return isAccount ? desk.caller.accountId : ofRequest.get(key);
    },
  };
}

/** What does not depend on a key: who calls, from where, and what the operation adds. */
function conditionsOfRequest(
  desk: Subject["desk"],
  facts: (() => ConditionFacts) | undefined,
): ConditionContext {
  let own: ReadonlyMap<string, ConditionFact> | undefined;
  return {
    get(key) {
      const known = callerCondition(key, desk) ?? recipientCondition(key, desk.recipient);
      if (known !== undefined) return known;
      own ??= lowerCased(facts?.());
      return own.get(key);
    },
  };
}

function multiRegionKeyType(key: ConditionSubject): string | undefined {
  if (!key.multiRegion) return undefined;
  return isPrimary(key) ? "PRIMARY" : "REPLICA";
}

function resourceTag({ key }: Subject, condition: string): ConditionFact | undefined {
  const name = condition.slice(resourceTagPrefix.length);
  let value: ConditionFact | undefined;
  for (const { TagKey, TagValue } of key.tags) {
    if (TagKey.toLowerCase() === name) value = together(value, TagValue);
  }
  return value;
}

function lowerCased(facts: ConditionFacts | undefined): ReadonlyMap<string, ConditionFact> {
  const lower = new Map<string, ConditionFact>();
  for (const [key, value] of Object.entries(facts ?? {})) {
    const name = key.toLowerCase();
    if (value !== undefined) lower.set(name, together(lower.get(name), value));
  }
  return lower;
}

/** Names that differ by case alone are one condition key: what is said under each counts. */
function together(known: ConditionFact | undefined, value: ConditionFact): ConditionFact {
  if (known === undefined || typeof value !== "string") return value;
  if (typeof known === "string") return { spellings: [known, value] };
  return "spellings" in known ? { spellings: [...known.spellings, value] } : value;
}
