/** Which user, role or session of a role a name means, and what it is called. */
import { parseArn } from "../lib/arn.ts";
import { andThen } from "../lib/eventually.ts";
import type { Identities } from "../service/identities.ts";
import type { RoleRecord, UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { roleResource, sessionArn } from "./role.ts";
import { folded, iamArn, userResource } from "./user.ts";

/** What identities are found in. */
export interface IdentityParts {
  readonly store: Pick<AccountStore, "findUser" | "findUserNamed" | "findRole" | "findRoleNamed">;
  readonly partition: string;
}

/**
 * The identities of a store. A user or role that was deleted is unknown to whatever starts
 * after that was acknowledged.
 */
export function identityDirectory({ store, partition }: IdentityParts): Identities {
  const userArn = (user: UserRecord): string =>
    iamArn(partition, user.accountId, userResource(user));
  const roleArn = (role: RoleRecord): string =>
    iamArn(partition, role.accountId, roleResource(role));
  return {
    // Case and path are part of the name here, whatever a name is looked up by.
    async findUniqueId(arn) {
      if (parseArn(arn)?.service === "sts") return await sessionIdOf(arn, { store, partition });
      const { accountId, kind, name } = namedBy(arn);
      if (kind === "user") {
        const user = await store.findUserNamed(accountId, folded(name));
        return user !== undefined && userArn(user) === arn ? user.userId : undefined;
      }
      if (kind !== "role") return undefined;
      const role = await store.findRoleNamed(accountId, folded(name));
      return role !== undefined && roleArn(role) === arn ? role.roleId : undefined;
    },
    findArn(uniqueId) {
      if (!isRoleId(uniqueId)) {
        return andThen(store.findUser(uniqueId), (user) => user && userArn(user));
      }
      const [roleId = "", sessionName] = uniqueId.split(":");
      return andThen(store.findRole(roleId), (role) => {
        if (role === undefined || sessionName === undefined) return role && roleArn(role);
        return sessionArn(role, sessionName, partition);
      });
    },
  };
}

/** A session is known by its role's id and its own name, as aws:userid has it. */
async function sessionIdOf(
  arn: string,
  { store, partition }: IdentityParts,
): Promise<string | undefined> {
  const { accountId = "", resource = "" } = parseArn(arn) ?? {};
  const [, roleName = "", sessionName = ""] = resource.split("/");
  const role = await store.findRoleNamed(accountId, folded(roleName));
  if (role === undefined || sessionArn(role, sessionName, partition) !== arn) return undefined;
  return `${role.roleId}:${sessionName}`;
}

function namedBy(arn: string) {
  const { accountId = "", resource = "" } = parseArn(arn) ?? {};
  const [, kind = "", name = ""] = /^(user|role)\/(?:.*\/)?([^/]+)$/.exec(resource) ?? [];
  return { accountId, kind, name };
}

function isRoleId(uniqueId: string): boolean {
  return uniqueId.startsWith("AROA");
}
