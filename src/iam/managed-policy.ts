/** Managed policies, as their store keeps them and as callers see them. */
import type { QueryOutput } from "../service/service.ts";
import type { CallEvent } from "../service/trail.ts";
import type { ManagedPolicyRecord, PolicyVersion } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import { iamError } from "./errors.ts";
import { iamArn } from "./user.ts";

/** What IAM takes for the account of the policies that AWS manages. */
export const awsAccount = "aws";

type Named = Pick<ManagedPolicyRecord, "accountId" | "path" | "policyName">;

/** The part of a policy's ARN after the account's number. */
export function policyResource({ path, policyName }: Omit<Named, "accountId">): string {
  return `policy${path}${policyName}`;
}

export function policyArn(policy: Named, partition: string): string {
  return iamArn(partition, policy.accountId, policyResource(policy));
}

/** Refuses with AccessDenied to change a policy that AWS manages. */
export function requireOwnPolicy(
  policy: ManagedPolicyRecord,
  {
    caller,
    eventName,
    partition,
  }: Pick<CallEvent, "caller" | "eventName"> & { readonly partition: string },
): void {
  if (policy.accountId !== awsAccount) return;
  const resource = `policy ${policyArn(policy, partition)}`;
  throw iamError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: iam:${eventName} on resource: ${resource}`,
  );
}

export interface Uses {
  readonly attached: number;
  readonly boundary: number;
}

/** A policy in the members of the IAM API Reference's "Policy", as lists have them. */
export function policyMembers(
  policy: ManagedPolicyRecord,
  { attached, boundary }: Uses,
  partition: string,
): QueryOutput {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policyArn(policy, partition),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: boundary,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
  };
}

/** A version in the members of the IAM API Reference's "PolicyVersion", without its document. */
export function versionMembers(version: PolicyVersion, policy: ManagedPolicyRecord): QueryOutput {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: new Date(version.createdAtMs),
  };
}

/** The text that is in effect. */
export function defaultDocument({ policyId, versions, defaultVersionId }: ManagedPolicyRecord) {
  const version = versions.find(({ versionId }) => versionId === defaultVersionId);
  if (version !== undefined) return version.document;
  throw new Error(`the managed policy ${policyId} has no default version`);
}

/**
 * To go with whatever comes to refer to a policy: should the policy be deleted at the same
 * time, one of the two comes too late. Nobody deletes those that AWS manages.
 */
export function keptInPlace(policy: ManagedPolicyRecord): readonly Change[] {
  if (policy.accountId === awsAccount) return [];
  const record = { ...policy, rowVersion: policy.rowVersion + 1 };
  return [{ kind: "update", table: "managedPolicies", record }];
}
