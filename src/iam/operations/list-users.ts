/** ListUsers: the users of the account, page by page. */
import { listByPath } from "../list-by-path.ts";
import { userMembers } from "../user.ts";

export const listUsers = listByPath({
  kind: "user",
  member: "Users",
  list: async (store, accountId, page) => await store.listUsers(accountId, page),
  shown: (user, { partition }) => userMembers(user, partition),
});
