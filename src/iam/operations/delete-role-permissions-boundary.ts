/** DeleteRolePermissionsBoundary: what a role's policies allow is no longer limited, at once. */
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
}

export const deleteRolePermissionsBoundary = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName },
  record: ({ RoleName: roleName }) => ({ roleName }),
  tellsBoundary: true,

  async run({ role }) {
    if (role.permissionsBoundary === null) return {};
    const record = { ...role, permissionsBoundary: null, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
