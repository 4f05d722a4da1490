/**
 * Permissions boundaries (IAM User Guide, "Permissions boundaries for IAM entities"): the
 * managed policy that is the most an identity may do, whatever its other policies allow.
 */
import type { QueryOutput } from "../service/service.ts";
import type { ManagedPolicyRecord, UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import { findPolicy, policyOfArn, requirePolicyArn } from "./find-policy.ts";
import { policyArn } from "./managed-policy.ts";
import type { ConditionFacts } from "./tag-conditions.ts";

/** The policy that is to be a boundary. Refuses with NoSuchEntity. */
export async function requireBoundary(
  arn: string,
  where: Parameters<typeof policyOfArn>[1],
): Promise<ManagedPolicyRecord> {
  requirePolicyArn(arn);
  const policy = await policyOfArn(arn, where);
  if (policy !== undefined) return policy;
  throw iamError("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** Nothing for a user without a boundary, or for no user. */
export async function boundaryArn(
  user: Pick<UserRecord, "permissionsBoundary"> | undefined,
  {
    store,
    partition,
  }: { readonly store: Pick<AccountStore, "findManagedPolicy">; readonly partition: string },
): Promise<string | undefined> {
  const policyId = user?.permissionsBoundary ?? null;
  if (policyId === null) return undefined;
  const policy = await findPolicy(policyId, store);
  if (policy === undefined) throw new Error(`the boundary ${policyId} is in use and missing`);
  return policyArn(policy, partition);
}

/** The boundary in the members of the IAM API Reference's "AttachedPermissionsBoundary". */
export function boundaryMembers(arn: string | undefined): QueryOutput {
  if (arn === undefined) return {};
  return {
    PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn },
  };
}

/** What a policy may ask of the boundary that is set, or that is there. */
export function boundaryConditions(arn: string | undefined): ConditionFacts {
  return new Map(arn === undefined ? [] : [["iam:permissionsboundary", arn]]);
}
