/** IAM groups, as their store keeps them and as callers see them. */
import type { QueryOutput } from "../service/service.ts";
import type { GroupRecord } from "../store/records.ts";
import type { LinkTarget } from "../store/store.ts";
import { iamArn } from "./user.ts";

/** The part of a group's ARN after the account's number. */
export function groupResource({
  path,
  groupName,
}: Pick<GroupRecord, "path" | "groupName">): string {
  return `group${path}${groupName}`;
}

/** A group in the members of the IAM API Reference's "Group". */
export function groupMembers(group: GroupRecord, partition: string): QueryOutput {
  return {
    Path: group.path,
    GroupName: group.groupName,
    GroupId: group.groupId,
    Arn: iamArn(partition, group.accountId, groupResource(group)),
    CreateDate: new Date(group.createdAtMs),
  };
}

/** The users in a group, as the store finds them. */
export function usersOf({ accountId, groupId }: GroupRecord): LinkTarget {
  return { accountId, targetId: groupId, relations: ["member"] };
}
