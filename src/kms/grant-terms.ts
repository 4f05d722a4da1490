/**
 * What a grant's terms mean: which requests they allow, and which other grants their
 * holder may make ("Grant constraints", AWS KMS Developer Guide; GrantConstraints, API
 * Reference).
 */
import type { GrantTerms } from "../store/records.ts";
import type { EncryptionContext } from "./encryption-context.ts";

/** What a request asks of a grant. */
export interface GrantAsk {
  /** An operation as grants name it, ReEncryptFrom for example. */
  readonly action: string;
  /** Empty when none was sent; nothing for an operation that takes none. */
  readonly encryptionContext: EncryptionContext | undefined;
  /** The terms of the grant that is to be made, for CreateGrant. */
  readonly child: GrantTerms | undefined;
}

export function termsAllow(terms: GrantTerms, { action, encryptionContext, child }: GrantAsk) {
  if (!terms.operations.includes(action)) return false;
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = terms.constraints;
  // It takes a service that calls on behalf of a resource, and none does yet.
  if (SourceArn !== undefined) return false;
  if (child !== undefined) return isAtLeastAsStrict(child, terms);
  if (encryptionContext === undefined) return true;
  return (
    (EncryptionContextEquals === undefined || equals(encryptionContext, EncryptionContextEquals)) &&
    (EncryptionContextSubset === undefined || contains(encryptionContext, EncryptionContextSubset))
  );
}

/** Whether terms allow nothing that these others do not allow as well. */
function isAtLeastAsStrict(terms: GrantTerms, others: GrantTerms): boolean {
  const { constraints: own } = terms;
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = others.constraints;
  return (
    terms.operations.every((operation) => others.operations.includes(operation)) &&
    (SourceArn === undefined || own.SourceArn === SourceArn) &&
    (EncryptionContextEquals === undefined ||
      (own.EncryptionContextEquals !== undefined &&
        equals(own.EncryptionContextEquals, EncryptionContextEquals))) &&
    (EncryptionContextSubset === undefined ||
      contains(own.EncryptionContextEquals ?? {}, EncryptionContextSubset) ||
      contains(own.EncryptionContextSubset ?? {}, EncryptionContextSubset))
  );
}

/** The names of pairs count in any case, their values exactly. */
function equals(context: EncryptionContext, wanted: EncryptionContext): boolean {
  return pairsOf(context).size === pairsOf(wanted).size && contains(context, wanted);
}

/** A name that stands in a context twice, in different case, must have all the values wanted of it. */
function contains(context: EncryptionContext, wanted: EncryptionContext): boolean {
  const pairs = pairsOf(context);
  for (const [name, values] of pairsOf(wanted)) if (pairs.get(name) !== values) return false;
  return true;
}

/** By name in lower case: the values, in one string that no other values make. */
type Pairs = ReadonlyMap<string, string>;

/** A constraint is looked at again and again, and a request's context once for each grant. */
const known = new WeakMap<EncryptionContext, Pairs>();

function pairsOf(context: EncryptionContext): Pairs {
  const before = known.get(context);
  if (before !== undefined) return before;
  const values = new Map<string, string[]>();
  for (const [name, value] of Object.entries(context)) {
    const lower = name.toLowerCase();
    const others = values.get(lower);
    if (others === undefined) values.set(lower, [value]);
    else others.push(value);
  }
  const pairs = new Map(
    [...values].map(([name, list]) => [name, JSON.stringify(list.toSorted())] as const),
  );
  known.set(context, pairs);
  return pairs;
}
