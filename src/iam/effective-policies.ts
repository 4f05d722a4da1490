/** The policies that decide for a user at this moment, its own and those it has through others. */
import { andThen, type Eventually, eventuallyAll } from "../lib/eventually.ts";
import type { Caller } from "../service/caller.ts";
import type { GroupRecord, UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { findPolicy } from "./find-policy.ts";
import { defaultDocument } from "./managed-policy.ts";

type Finding = Pick<AccountStore, "findGroup" | "findManagedPolicy">;
export type EffectivePolicies = Pick<Caller, "identityPolicies" | "permissionsBoundary">;
type Owner = Pick<GroupRecord, "policies" | "attachedPolicies">;

/** Whether the user's record alone says what the user may do, as most do. */
export function standsAlone(user: UserRecord): boolean {
  const { attachedPolicies, groupIds, permissionsBoundary } = user;
  return attachedPolicies.length === 0 && groupIds.length === 0 && permissionsBoundary === null;
}

/**
 * The texts that are in effect now. A group or policy that is missing is an error: what a
 * caller must not do may stand in it.
 */
export function effectivePolicies(user: UserRecord, store: Finding): Eventually<EffectivePolicies> {
  const groups = eventuallyAll(user.groupIds.map((groupId) => requireGroup(groupId, store)));
  return andThen(groups, (found) => {
    const texts = eventuallyAll([user, ...found].map((owner) => textsOf(owner, store)));
    return andThen(texts, (all) => withBoundary(all.flat(), user, store));
  });
}

function withBoundary(
  identityPolicies: readonly string[],
  { permissionsBoundary: policyId }: UserRecord,
  store: Finding,
): Eventually<EffectivePolicies> {
  if (policyId === null) return { identityPolicies };
  return andThen(documentOf(policyId, store), (permissionsBoundary) => ({
    identityPolicies,
    permissionsBoundary,
  }));
}

function textsOf(owner: Owner, store: Finding): Eventually<readonly string[]> {
  const attached = owner.attachedPolicies.map((policyId) => documentOf(policyId, store));
  return andThen(eventuallyAll(attached), (documents) => [
    ...owner.policies.map(({ PolicyDocument }) => PolicyDocument),
    ...documents,
  ]);
}

function documentOf(policyId: string, store: Finding): Eventually<string> {
  return andThen(findPolicy(policyId, store), (policy) => {
    if (policy !== undefined) return defaultDocument(policy);
    throw new Error(`the managed policy ${policyId} is in use and missing`);
  });
}

function requireGroup(groupId: string, store: Finding): Eventually<GroupRecord> {
  return andThen(store.findGroup(groupId), (group) => {
    if (group !== undefined) return group;
    throw new Error(`the group ${groupId} has a user and is missing`);
  });
}
