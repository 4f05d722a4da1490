/** The quotas of IAM (IAM User Guide, "IAM and AWS STS quotas"), as parts of what is stored. */
import type { ServiceError } from "../service/service-error.ts";
import type { AccessKeyRecord } from "../store/records.ts";
import type { Limit, LimitReached, TableName } from "../store/store.ts";
import { iamError } from "./errors.ts";

/** To stand after the change that adds a user. */
export function usersPerAccount(accountId: string): Limit {
  return { kind: "limit", table: "users", where: { accountId }, max: 5_000 };
}

/** To stand after the change that adds a role. */
export function rolesPerAccount(accountId: string): Limit {
  return { kind: "limit", table: "roles", where: { accountId }, max: 1_000 };
}

/** To stand after the change that adds a group. */
export function groupsPerAccount(accountId: string): Limit {
  return { kind: "limit", table: "groups", where: { accountId }, max: 300 };
}

/** To stand after the change that adds a policy. As many as AWS allows at most, on request. */
export function policiesPerAccount(accountId: string): Limit {
  return { kind: "limit", table: "managedPolicies", where: { accountId }, max: 10_000 };
}

/** To stand after the change that adds an access key. */
export function accessKeysPerUser({ accountId, userId }: AccessKeyRecord): Limit {
  return { kind: "limit", table: "accessKeys", where: { accountId, userId }, max: 2 };
}

/** What a caller is told who would pass a quota. */
export function quotaReached({ limit }: LimitReached): ServiceError {
  const name = quotaNames.get(limit.table) ?? limit.table;
  return iamError("LimitExceeded", `Cannot exceed quota for ${name}: ${limit.max}`);
}

const quotaNames: ReadonlyMap<TableName, string> = new Map([
  ["users", "UsersPerAccount"],
  ["roles", "RolesPerAccount"],
  ["groups", "GroupsPerAccount"],
  ["managedPolicies", "PoliciesPerAccount"],
  ["accessKeys", "AccessKeysPerUser"],
]);
