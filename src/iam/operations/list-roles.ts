/** ListRoles: the roles of the account, page by page. */
import { listByPath } from "../list-by-path.ts";
import { roleMembers } from "../role.ts";
import { shownTrustPolicy } from "../trust.ts";

export const listRoles = listByPath({
  kind: "role",
  member: "Roles",
  list: async (store, accountId, page) => await store.listRoles(accountId, page),
  async shown(role, { store, partition }) {
    const trustPolicy = await shownTrustPolicy(role, { store, partition });
    return roleMembers({ role, trustPolicy, partition });
  },
});
