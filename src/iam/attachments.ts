/** Managed policies that are attached to an identity, be it a user or a group. */
import type { ManagedPolicyRecord } from "../store/records.ts";
import type { QueryOutput } from "../service/service.ts";
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import { findPolicy } from "./find-policy.ts";
import { policyArn } from "./managed-policy.ts";
import { pageOf, type PageInput } from "./pages.ts";

/** IAM User Guide, "IAM and AWS STS quotas": managed policies per user, group or role. */
const attachedMax = 10;

interface Owner {
  /** The ids of policies. */
  readonly attachedPolicies: readonly string[];
}

/** Those of the owner and one more. Refuses with LimitExceeded, in the words for the kind of owner. */
export function withAttached(
  { attachedPolicies }: Owner,
  { policyId }: ManagedPolicyRecord,
  kind: "User" | "Group" | "Role",
): readonly string[] {
  if (attachedPolicies.length < attachedMax) return [...attachedPolicies, policyId];
  throw iamError("LimitExceeded", `Cannot exceed quota for PoliciesPer${kind}: ${attachedMax}`);
}

/** Those of the owner without one. Refuses with NoSuchEntity when it is not attached. */
export function withoutAttached(
  { attachedPolicies }: Owner,
  policy: ManagedPolicyRecord,
  arn: string,
): readonly string[] {
  if (!attachedPolicies.includes(policy.policyId)) {
    throw iamError("NoSuchEntity", `Policy ${arn} was not found.`);
  }
  return attachedPolicies.filter((policyId) => policyId !== policy.policyId);
}

interface Wanted extends PageInput {
  readonly PathPrefix?: string;
}

/** What a list of them answers, by their names. */
export async function attachedPage(
  { attachedPolicies }: Owner,
  wanted: Wanted,
  {
    store,
    partition,
  }: { readonly store: Pick<AccountStore, "findManagedPolicy">; readonly partition: string },
): Promise<QueryOutput> {
  const policies: ManagedPolicyRecord[] = [];
  for (const policyId of attachedPolicies) policies.push(await requireById(policyId, store));
  const { PathPrefix: prefix = "/" } = wanted;
  const listed = policies
    .filter(({ path }) => path.startsWith(prefix))
    .toSorted((one, other) => (sortKeyOf(one) < sortKeyOf(other) ? -1 : 1));
  const { items, ...rest } = await pageOf(wanted, listed, sortKeyOf);
  const AttachedPolicies = items.map((policy) => ({
    PolicyName: policy.policyName,
    PolicyArn: policyArn(policy, partition),
  }));
  return { AttachedPolicies, ...rest };
}

/** A policy of the account's may have the name of one of AWS's. */
function sortKeyOf({ foldedName, policyId }: ManagedPolicyRecord): string {
  return `${foldedName} ${policyId}`;
}

/** What is attached cannot be deleted, so it is there. */
async function requireById(
  policyId: string,
  store: Pick<AccountStore, "findManagedPolicy">,
): Promise<ManagedPolicyRecord> {
  const policy = await findPolicy(policyId, store);
  if (policy === undefined)
    throw new Error(`an identity has the policy ${policyId}, which is gone`);
  return policy;
}
