/**
 * How grants are found among very many to one grantee: each is kept under one thing that
 * a request has to bring along, and a request looks under what it has. Which one it is
 * makes no difference to what a grant allows: termsAllow decides that.
 */
import type { GrantConstraintsRecord, KeyName } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import type { GrantAsk } from "./grant-terms.ts";

/** What every key begins with that asks for an encryption context. */
export const anyPairPrefix = "pair:";

/** A context without pairs has no other. */
const noPair = `${anyPairPrefix}[]`;

/** Under what a request looks; nothing for one that has no encryption context to look under. */
export function contextKeysOf({
  encryptionContext,
  child,
}: GrantAsk): readonly string[] | undefined {
  if (child !== undefined) {
    const { EncryptionContextEquals = {}, EncryptionContextSubset = {} } = child.constraints;
    return [noPair, ...pairKeys(EncryptionContextEquals), ...pairKeys(EncryptionContextSubset)];
  }
  if (encryptionContext === undefined) return undefined;
  const keys = pairKeys(encryptionContext);
  return keys.length === 0 ? [noPair] : keys;
}

/**
 * Under what a new grant is kept: of the pairs it asks for, the one that the fewest of the
 * grantee's grants are kept under, which mostly is what tells them apart.
 */
export async function chooseContextKey(
  constraints: GrantConstraintsRecord,
  { key, grantee }: { readonly key: KeyName; readonly grantee: string },
  store: Store,
): Promise<string> {
  const [first = "", ...others] = possibleKeys(constraints);
  if (others.length === 0) return first;
  let chosen = first;
  let fewest = await store.countGrantsInContext(key, grantee, first);
  for (const other of others) {
    const count = await store.countGrantsInContext(key, grantee, other);
    if (count < fewest) [chosen, fewest] = [other, count];
  }
  return chosen;
}

function possibleKeys(constraints: GrantConstraintsRecord): readonly string[] {
  const { EncryptionContextEquals, EncryptionContextSubset = {}, SourceArn } = constraints;
  if (SourceArn !== undefined) return [`source:${SourceArn}`];
  const keys = [...pairKeys(EncryptionContextEquals ?? {}), ...pairKeys(EncryptionContextSubset)];
  if (keys.length > 0) return [...new Set(keys)];
  return EncryptionContextEquals === undefined ? [] : [noPair];
}

/** The names of pairs count in any case. */
function pairKeys(context: EncryptionContext): readonly string[] {
  return Object.entries(context).map(
    ([name, value]) => `${anyPairPrefix}${JSON.stringify([name.toLowerCase(), value])}`,
  );
}
