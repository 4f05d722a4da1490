/** Managed policies that are attached to an identity, be it a user, a group or a role. */
import type { GroupRecord, ManagedPolicyRecord } from "../store/records.ts";
import type { QueryOutput } from "../service/service.ts";
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import { findPolicy, requireAttachable } from "./find-policy.ts";
import { keptInPlace, policyArn } from "./managed-policy.ts";
import type { Desk as IamDesk, Outcome } from "./operation.ts";
import { pageOf, type PageInput } from "./pages.ts";
import { changedOwner, type PolicyOwner } from "./policy-owner.ts";
import type { ConditionFacts } from "./tag-conditions.ts";

/** IAM User Guide, "IAM and AWS STS quotas": managed policies per user, group or role. */
const attachedMax = 10;

type Desk = Pick<IamDesk, "store" | "partition">;

/** A managed policy more, at once. Refuses with LimitExceeded when the owner has as many as it may have. */
export async function attach(arn: string, owner: PolicyOwner, desk: Desk): Promise<Outcome> {
  const { accountId, attachedPolicies } = owner.record;
  const policy = await requireAttachable(arn, { ...desk, accountId });
  if (attachedPolicies.includes(policy.policyId)) return {};
  if (attachedPolicies.length >= attachedMax) {
    const quota = `PoliciesPer${owner.kind}`;
    throw iamError("LimitExceeded", `Cannot exceed quota for ${quota}: ${attachedMax}`);
  }
  const change = changedOwner(owner, { attachedPolicies: [...attachedPolicies, policy.policyId] });
  return { changes: [change, ...keptInPlace(policy)] };
}

/** A managed policy less, at once. Refuses with NoSuchEntity when it is not attached. */
export async function detach(arn: string, owner: PolicyOwner, desk: Desk): Promise<Outcome> {
  const { accountId, attachedPolicies } = owner.record;
  const { policyId } = await requireAttachable(arn, { ...desk, accountId });
  if (!attachedPolicies.includes(policyId)) {
    throw iamError("NoSuchEntity", `Policy ${arn} was not found.`);
  }
  const others = attachedPolicies.filter((attached) => attached !== policyId);
  return { changes: [changedOwner(owner, { attachedPolicies: others })] };
}

/** What a policy may ask of the one that is attached or detached. */
export function attachmentConditions({
  PolicyArn,
}: {
  readonly PolicyArn: string;
}): ConditionFacts {
  return new Map([["iam:policyarn", PolicyArn]]);
}

interface Wanted extends PageInput {
  readonly PathPrefix?: string;
}

/** What a list of them answers, by their names. */
export async function attachedPage(
  { attachedPolicies }: Pick<GroupRecord, "attachedPolicies">,
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
