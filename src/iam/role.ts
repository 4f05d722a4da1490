/** IAM roles, as their store keeps them and as callers see them. */
import type { QueryOutput } from "../service/service.ts";
import type { RoleRecord } from "../store/records.ts";
import { percentEncoded } from "./percent-encoded.ts";
import { iamArn } from "./user.ts";

/** What a role is called in IAM's answers: as the record has it, and the trust policy as it is shown. */
interface Shown {
  readonly role: RoleRecord;
  readonly trustPolicy: string;
  readonly partition: string;
}

/** The part of a role's ARN after the account's number. */
export function roleResource({ path, roleName }: Pick<RoleRecord, "path" | "roleName">): string {
  return `role${path}${roleName}`;
}

/** A session's ARN has the name of the role, but not its path. */
export function sessionArn(
  { accountId, roleName }: Pick<RoleRecord, "accountId" | "roleName">,
  sessionName: string,
  partition: string,
): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}

/** A role in the members of the IAM API Reference's "Role", as lists have them. */
export function roleMembers({ role, trustPolicy, partition }: Shown): QueryOutput {
  return {
    ...newRoleMembers({ role, trustPolicy, partition }),
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

/** As CreateRole answers: AWS leaves the longest session out of that. */
export function newRoleMembers({ role, trustPolicy, partition }: Shown): QueryOutput {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: iamArn(partition, role.accountId, roleResource(role)),
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: percentEncoded(trustPolicy),
    ...(role.description === null ? {} : { Description: role.description }),
  };
}

/** The tags of a role, for an answer that leaves them out when there are none. */
export function tagMembers({ tags }: Pick<RoleRecord, "tags">): QueryOutput {
  if (tags.length === 0) return {};
  return { Tags: tags.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value })) };
}
