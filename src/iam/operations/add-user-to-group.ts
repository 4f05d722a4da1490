/** AddUserToGroup: a user has the policies of a group as well, at once. */
import { iamError, noSuchUser } from "../errors.ts";
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";
import { folded } from "../user.ts";

interface Input {
  readonly GroupName: string;
  readonly UserName: string;
}

const groupsMax = 10;

export const addUserToGroup = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, UserName: shape.existingUserName },
  record: ({ GroupName: groupName, UserName: userName }) => ({ groupName, userName }),

  async run({ input: { UserName }, group, store }) {
    const user = await store.findUserNamed(group.accountId, folded(UserName));
    if (user === undefined) throw noSuchUser(UserName);
    if (user.groupIds.includes(group.groupId)) return {};
    if (user.groupIds.length >= groupsMax) {
      throw iamError("LimitExceeded", `Cannot exceed quota for GroupsPerUser: ${groupsMax}`);
    }
    const groupIds = [...user.groupIds, group.groupId];
    const record = { ...user, groupIds, rowVersion: user.rowVersion + 1 };
    return {
      changes: [
        { kind: "update", table: "users", record },
        // Should the group be deleted at the same time, one of the two comes too late.
        {
          kind: "update",
          table: "groups",
          record: { ...group, rowVersion: group.rowVersion + 1 },
        },
      ],
    };
  },
});
