/** DeleteRole: a role without policies is gone for good, and all its sessions with it. */
import { iamError } from "../errors.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
}

export const deleteRole = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName },
  record: ({ RoleName: roleName }) => ({ roleName }),

  async run({ role: record }) {
    if (record.policies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    if (record.attachedPolicies.length > 0) {
      throw iamError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    return { changes: [{ kind: "delete", table: "roles", record }] };
  },
});
