/** The policies that decide for an identity at this moment, its own and those it has through others. */
import { andThen, type Eventually, eventuallyAll } from "../lib/eventually.ts";
import type { SigningCredential } from "../service/access-keys.ts";
import type { Caller } from "../service/caller.ts";
import type { GroupRecord, UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { findPolicy } from "./find-policy.ts";
import { defaultDocument } from "./managed-policy.ts";

type Finding = Pick<AccountStore, "findGroup" | "findManagedPolicy">;
type EffectivePolicies = Pick<Caller, "identityPolicies" | "permissionsBoundary">;
type Owner = Pick<GroupRecord, "policies" | "attachedPolicies">;

/** A user or a role, which is in no group. */
type Identity = Owner &
  Pick<UserRecord, "permissionsBoundary"> &
  Partial<Pick<UserRecord, "groupIds">>;

/**
 * A credential whose caller has the policies that are in effect now. What a policy or a
 * group says can change while the record of the identity stays as it is, so it is asked
 * for each time; of most identities the record alone says what they may do, and what was
 * made of it does.
 */
export function withEffectivePolicies(
  credential: () => Eventually<SigningCredential>,
  identity: Identity,
  store: Finding,
): Eventually<SigningCredential> {
  if (standsAlone(identity)) return credential();
  return andThen(effectivePolicies(identity, store), (policies) =>
    andThen(credential(), ({ caller, ...rest }) => ({
      ...rest,
      caller: { ...caller, ...policies },
    })),
  );
}

function standsAlone({ attachedPolicies, groupIds = [], permissionsBoundary }: Identity): boolean {
  return attachedPolicies.length === 0 && groupIds.length === 0 && permissionsBoundary === null;
}

/**
 * The texts that are in effect now. A group or policy that is missing is an error: what a
 * caller must not do may stand in it.
 */
function effectivePolicies(identity: Identity, store: Finding): Eventually<EffectivePolicies> {
  const { groupIds = [] } = identity;
  const groups = eventuallyAll(groupIds.map((groupId) => requireGroup(groupId, store)));
  return andThen(groups, (found) => {
    const texts = eventuallyAll([identity, ...found].map((owner) => textsOf(owner, store)));
    return andThen(texts, (all) => withBoundary(all.flat(), identity, store));
  });
}

function withBoundary(
  identityPolicies: readonly string[],
  { permissionsBoundary: policyId }: Identity,
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
