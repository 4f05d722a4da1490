/** Which identity a name means, and what an identity is called: so far of users. */
import { parseArn } from "../lib/arn.ts";
import { andThen } from "../lib/eventually.ts";
import type { Identities } from "../service/identities.ts";
import type { UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { folded, iamArn, userResource } from "./user.ts";

/**
 * The identities of a store. A user that was deleted is unknown to whatever starts after
 * that was acknowledged.
 */
export function identityDirectory({
  store,
  partition,
}: {
  readonly store: Pick<AccountStore, "findUser" | "findUserNamed">;
  readonly partition: string;
}): Identities {
  const arnOf = (user: UserRecord): string => iamArn(partition, user.accountId, userResource(user));
  return {
    async findUniqueId(arn) {
      const { accountId, userName } = userIn(arn);
      if (userName === undefined) return undefined;
      const user = await store.findUserNamed(accountId, folded(userName));
      // Case and path are part of the name here, whatever a name is looked up by.
      return user !== undefined && arnOf(user) === arn ? user.userId : undefined;
    },
    findArn: (uniqueId) => andThen(store.findUser(uniqueId), (user) => user && arnOf(user)),
  };
}

function userIn(arn: string): { readonly accountId: string; readonly userName?: string } {
  const { accountId = "", resource = "" } = parseArn(arn) ?? {};
  const userName = /^user\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1];
  return userName === undefined ? { accountId } : { accountId, userName };
}
