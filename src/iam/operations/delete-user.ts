/** DeleteUser: a user who has neither access keys, policies nor groups is gone for good. */
import { iamError } from "../errors.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
}

export const deleteUser = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName },
  record: ({ UserName: userName }) => ({ userName }),

  async run({ subject, store }) {
    const record = namedUser(subject);
    if (record.policies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    if (record.attachedPolicies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    if (record.groupIds.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must remove users from group first.");
    }
    // Whoever makes an access key changes the user's record, so none can come in between.
    const accessKeys = await store.listAccessKeysOf(record, { after: undefined, limit: 1 });
    if (accessKeys.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must delete access keys first.");
    }
    return { changes: [{ kind: "delete", table: "users", record }] };
  },
});
