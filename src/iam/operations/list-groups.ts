/** ListGroups: the groups of the account, page by page. */
import { groupMembers } from "../group.ts";
import { listByPath } from "../list-by-path.ts";

export const listGroups = listByPath({
  kind: "group",
  member: "Groups",
  list: async (store, accountId, page) => await store.listGroups(accountId, page),
  shown: (group, { partition }) => groupMembers(group, partition),
});
