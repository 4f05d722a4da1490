/** UpdateRoleDescription: what UpdateRole does for the description, and the role as it is then. */
import { roleOperation } from "../operation.ts";
import { roleMembers, tagMembers } from "../role.ts";
import * as shape from "../shapes.ts";
import { shownTrustPolicy } from "../trust.ts";

interface Input {
  readonly RoleName: string;
  readonly Description: string;
}

export const updateRoleDescription = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, Description: shape.description },
  record: ({ RoleName: roleName, Description: description }) => ({ description, roleName }),

  async run({ input, role, ...desk }) {
    const { partition } = desk;
    const record = { ...role, description: input.Description, rowVersion: role.rowVersion + 1 };
    const trustPolicy = await shownTrustPolicy(role, desk);
    const members = roleMembers({ role: record, trustPolicy, partition });
    return {
      output: { Role: { ...members, ...tagMembers(role) } },
      changes: [{ kind: "update", table: "roles", record }],
    };
  },
});
