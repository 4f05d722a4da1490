/** PutRolePermissionsBoundary: a managed policy is the most a role and its sessions may do, at once. */
import { boundaryConditions, requireBoundary } from "../boundary.ts";
import { keptInPlace } from "../managed-policy.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PermissionsBoundary: string;
}

export const putRolePermissionsBoundary = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, PermissionsBoundary: shape.policyArn },
  record: ({ RoleName: roleName, PermissionsBoundary: permissionsBoundary }) => ({
    permissionsBoundary,
    roleName,
  }),
  conditions: ({ PermissionsBoundary }) => boundaryConditions(PermissionsBoundary),

  async run({ input: { PermissionsBoundary: arn }, role, store, partition }) {
    const { accountId } = role;
    const policy = await requireBoundary(arn, { store, partition, accountId });
    const permissionsBoundary = policy.policyId;
    const record = { ...role, permissionsBoundary, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }, ...keptInPlace(policy)] };
  },
});
