/**
 * Users and roles as policies name them: by ARN, or by the unique id that stands for one of
 * them for good, whatever becomes of its name.
 */
import { parseArn } from "../lib/arn.ts";
import type { AccountStore } from "./account-store.ts";
import { roleResource } from "./role.ts";
import { folded, iamArn, userResource } from "./user.ts";

export interface Identity {
  /** AIDA… or AROA… */
  readonly id: string;
  readonly arn: string;
}

type Finding = Pick<AccountStore, "findUser" | "findUserNamed" | "findRole" | "findRoleNamed">;

/** The user or role of an ARN, in any account; nothing when there is none of just that name and path. */
export async function identityOfArn(
  text: string,
  store: Finding,
  partition: string,
): Promise<Identity | undefined> {
  const arn = parseArn(text);
  if (arn?.service !== "iam" || arn.region !== "") return undefined;
  const [kind, name] = [arn.resource.split("/")[0], arn.resource.split("/").at(-1) ?? ""];
  const found =
    kind === "user"
      ? await userNamed(arn.accountId, name, store, partition)
      : kind === "role"
        ? await roleNamed(arn.accountId, name, store, partition)
        : undefined;
  // Names are found whatever their case; a policy means the one it spells.
  return found?.arn === text ? found : undefined;
}

/** The user or role of a unique id; nothing when it is gone. */
export async function identityOfId(
  id: string,
  store: Finding,
  partition: string,
): Promise<Identity | undefined> {
  const user = await store.findUser(id);
  if (user !== undefined) return { id, arn: iamArn(partition, user.accountId, userResource(user)) };
  const role = await store.findRole(id);
  return role && { id, arn: iamArn(partition, role.accountId, roleResource(role)) };
}

/** The role of an account whose name is just this, whatever its path. */
export async function roleNamed(
  accountId: string,
  roleName: string,
  store: Finding,
  partition: string,
): Promise<Identity | undefined> {
  const role = await store.findRoleNamed(accountId, folded(roleName));
  if (role?.roleName !== roleName) return undefined;
  return { id: role.roleId, arn: iamArn(partition, accountId, roleResource(role)) };
}

async function userNamed(
  accountId: string,
  userName: string,
  store: Finding,
  partition: string,
): Promise<Identity | undefined> {
  const user = await store.findUserNamed(accountId, folded(userName));
  return user && { id: user.userId, arn: iamArn(partition, accountId, userResource(user)) };
}
