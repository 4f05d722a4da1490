/** GetRole: a role of the account. When it was last used is not kept, so that is left empty. */
import { boundaryArn, boundaryMembers } from "../boundary.ts";
import { roleOperation } from "../operation.ts";
import { roleMembers, tagMembers } from "../role.ts";
import * as shape from "../shapes.ts";
import { shownTrustPolicy } from "../trust.ts";

interface Input {
  readonly RoleName: string;
}

export const getRole = roleOperation<Input>({
  readOnly: true,
  input: { RoleName: shape.roleName },
  record: ({ RoleName: roleName }) => ({ roleName }),

  async run({ role, ...desk }) {
    const { partition } = desk;
    const trustPolicy = await shownTrustPolicy(role, desk);
    const members = roleMembers({ role, trustPolicy, partition });
    const boundary = boundaryMembers(await boundaryArn(role, desk));
    return {
      output: { Role: { ...members, ...boundary, ...tagMembers(role), RoleLastUsed: {} } },
    };
  },
});
