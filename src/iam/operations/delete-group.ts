/** DeleteGroup: a group that has neither users nor policies is gone for good. */
import { iamError } from "../errors.ts";
import { groupOperation } from "../group-operation.ts";
import { usersOf } from "../group.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
}

export const deleteGroup = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName },
  record: ({ GroupName: groupName }) => ({ groupName }),

  async run({ group: record, store }) {
    if (record.policies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    if (record.attachedPolicies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    // Whoever adds a user changes the group's record, so none can come in between.
    if ((await store.countLinked(usersOf(record))) > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must remove users from group first.");
    }
    return { changes: [{ kind: "delete", table: "groups", record }] };
  },
});
