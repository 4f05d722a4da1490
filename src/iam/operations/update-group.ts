/** UpdateGroup: another name or path for a group, which stays the same group. */
import { iamError } from "../errors.ts";
import { groupOperation } from "../group-operation.ts";
import { groupResource } from "../group.ts";
import * as shape from "../shapes.ts";
import { folded } from "../user.ts";

interface Input {
  readonly GroupName: string;
  readonly NewPath?: string;
  readonly NewGroupName?: string;
}

export const updateGroup = groupOperation<Input>({
  readOnly: false,
  input: {
    GroupName: shape.groupName,
    NewPath: shape.optional(shape.path),
    NewGroupName: shape.optional(shape.groupName),
  },
  record: ({ GroupName: groupName, NewPath: newPath, NewGroupName: newGroupName }) => ({
    groupName,
    newGroupName,
    newPath,
  }),

  becomes: ({ NewGroupName, NewPath }, group) =>
    groupResource({ groupName: NewGroupName ?? group.groupName, path: NewPath ?? group.path }),

  async run({ input, group, store }) {
    const groupName = input.NewGroupName ?? group.groupName;
    const foldedName = folded(groupName);
    const holder = await store.findGroupNamed(group.accountId, foldedName);
    if (holder !== undefined && holder.groupId !== group.groupId) {
      throw iamError("EntityAlreadyExists", `Group with name ${groupName} already exists.`);
    }
    const path = input.NewPath ?? group.path;
    const record = { ...group, groupName, foldedName, path, rowVersion: group.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "groups", record }] };
  },
});
