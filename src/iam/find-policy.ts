/** Managed policies by the names that callers and records have for them. */
import type { Eventually } from "../lib/eventually.ts";
import { parseArn } from "../lib/arn.ts";
import type { ServiceError } from "../service/service-error.ts";
import type { ManagedPolicyRecord, PolicyVersion } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { awsManagedPolicies, awsManagedPolicy } from "./aws-managed-policies.ts";
import { iamError } from "./errors.ts";
import { awsAccount, policyArn, type Uses } from "./managed-policy.ts";
import { folded } from "./user.ts";

interface Where {
  readonly store: Pick<AccountStore, "findManagedPolicyNamed">;
  readonly partition: string;
  /** Whose policies there are, besides AWS's. */
  readonly accountId: string;
}

/** The policy of an id, AWS's or a customer's. */
export function findPolicy(
  policyId: string,
  store: Pick<AccountStore, "findManagedPolicy">,
): Eventually<ManagedPolicyRecord | undefined> {
  return awsManagedPolicy(policyId) ?? store.findManagedPolicy(policyId);
}

/** Refuses with NoSuchEntity, of another account's policy as well. */
export async function requirePolicy(arn: string, where: Where): Promise<ManagedPolicyRecord> {
  const policy = await policyOfArn(arn, where);
  if (policy === undefined) throw iamError("NoSuchEntity", `Policy ${arn} was not found.`);
  return policy;
}

/** As requirePolicy, in the words for a policy that is to be attached. */
export async function requireAttachable(arn: string, where: Where): Promise<ManagedPolicyRecord> {
  requirePolicyArn(arn);
  const policy = await policyOfArn(arn, where);
  if (policy !== undefined) return policy;
  throw iamError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
}

/** Refuses with ValidationError what cannot be the ARN of anything. */
export function requirePolicyArn(arn: string): void {
  if (parseArn(arn) === undefined) {
    throw iamError("ValidationError", "Invalid ARN:  Could not be parsed!");
  }
}

/** Refuses with NoSuchEntity. */
export function requireVersion(
  policy: ManagedPolicyRecord,
  { PolicyArn, VersionId }: { readonly PolicyArn: string; readonly VersionId: string },
): PolicyVersion {
  const version = policy.versions.find(({ versionId }) => versionId === VersionId);
  if (version === undefined) throw noSuchVersion(PolicyArn, VersionId);
  return version;
}

function noSuchVersion(arn: string, versionId: string): ServiceError {
  return iamError(
    "NoSuchEntity",
    `Policy ${arn} version ${versionId} does not exist or is not attachable.`,
  );
}

/** How many identities of an account have the policy. */
export async function usesOf(
  { policyId: targetId }: ManagedPolicyRecord,
  accountId: string,
  store: Pick<AccountStore, "countLinked">,
): Promise<Uses> {
  const target = { accountId, targetId };
  return {
    attached: await store.countLinked({ ...target, relations: ["attached"] }),
    boundary: await store.countLinked({ ...target, relations: ["boundary"] }),
  };
}

/** Nothing for a policy that is not there, or not of this account. */
export async function policyOfArn(
  arn: string,
  { store, partition, accountId }: Where,
): Promise<ManagedPolicyRecord | undefined> {
  const parts = parseArn(arn);
  const foldedName = folded(parts?.resource.split("/").at(-1) ?? "");
  const found =
    parts?.accountId === awsAccount
      ? awsManagedPolicies.find((policy) => policy.foldedName === foldedName)
      : await store.findManagedPolicyNamed(accountId, foldedName);
  // Names are found whatever their case; an ARN means the one that it spells.
  return found !== undefined && policyArn(found, partition) === arn ? found : undefined;
}
