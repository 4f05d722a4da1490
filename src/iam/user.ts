/** IAM users, as their store keeps them and as callers see them. */
import type { QueryOutput } from "../service/service.ts";
import type { UserRecord } from "../store/records.ts";

/** The name as it is looked up: names that differ by case alone are one. */
export function folded(name: string): string {
  return name.toLowerCase();
}

/** The part of a user's ARN after the account's number. */
export function userResource({ path, userName }: Pick<UserRecord, "path" | "userName">): string {
  return `user${path}${userName}`;
}

export function iamArn(partition: string, accountId: string, resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}

/** A user in the members of the IAM API Reference's "User", as lists have them. */
export function userMembers(user: UserRecord, partition: string): QueryOutput {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: iamArn(partition, user.accountId, userResource(user)),
    CreateDate: new Date(user.createdAtMs),
  };
}
