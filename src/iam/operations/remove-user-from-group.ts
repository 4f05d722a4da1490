/** RemoveUserFromGroup: a user no longer has the policies of a group, at once. */
import { iamError, noSuchUser } from "../errors.ts";
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";
import { folded } from "../user.ts";

interface Input {
  readonly GroupName: string;
  readonly UserName: string;
}

export const removeUserFromGroup = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, UserName: shape.existingUserName },
  record: ({ GroupName: groupName, UserName: userName }) => ({ groupName, userName }),

  async run({ input: { UserName }, group, store }) {
    const user = await store.findUserNamed(group.accountId, folded(UserName));
    if (user === undefined) throw noSuchUser(UserName);
    const groupIds = user.groupIds.filter((groupId) => groupId !== group.groupId);
    if (groupIds.length === user.groupIds.length) {
      throw iamError("NoSuchEntity", `User ${UserName} not in group ${group.groupName}`);
    }
    const record = { ...user, groupIds, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
