/** From what a request asks of a key to the grants that may allow it, of 50,000 perhaps. */
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { GrantTerms } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { anyPairPrefix, contextKeysOf } from "./grant-context-keys.ts";
import { type GrantAsk, termsAllow } from "./grant-terms.ts";
import type { Key } from "./key.ts";

/** Whether a grant on the key, to any of these names, allows what is asked. */
export function isGranted(
  names: readonly string[],
  ask: GrantAsk,
  key: Key,
  store: Store,
): Eventually<boolean> {
  return names.reduce<Eventually<boolean>>(
    (before, name) => andThen(before, (allowed) => allowed || isGrantedTo(name, ask, key, store)),
    false,
  );
}

function isGrantedTo(grantee: string, ask: GrantAsk, key: Key, store: Store): Eventually<boolean> {
  const allows = (terms: GrantTerms): boolean => termsAllow(terms, ask);
  return andThen(store.findGranteeTerms(key, grantee), ({ inAnyContext, inSomeContext }) => {
    if (inAnyContext.some(allows)) return true;
    if (!inSomeContext) return false;
    return isGrantedInContext(grantee, ask, key, store);
  });
}

async function isGrantedInContext(
  grantee: string,
  ask: GrantAsk,
  key: Key,
  store: Store,
): Promise<boolean> {
  const contextKeys = contextKeysOf(ask);
  // DescribeKey has no context, so constraints on that do not concern it; nor has any
  // other operation that is granted with such a constraint.
  if (contextKeys === undefined) {
    if (ask.action !== "DescribeKey") return false;
    return await store.hasGrantToDescribe(key, grantee, anyPairPrefix);
  }
  // Should there be too many to look at, the rest is not: in doubt the answer is no.
  const wanted = { operation: ask.action, contextKeys };
  const found = await store.listGrantTermsInContext(key, grantee, wanted);
  return found.some((terms) => termsAllow(terms, ask));
}
