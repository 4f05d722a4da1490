/** DeleteRolePolicy: a role loses an inline policy. Takes effect at once. */
import { deleteInlinePolicy } from "../inline-policies.ts";
import { roleOwner } from "../policy-owner.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyName: string;
}

export const deleteRolePolicy = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, PolicyName: shape.policyName },
  record: ({ RoleName: roleName, PolicyName: policyName }) => ({ policyName, roleName }),
  tellsBoundary: true,

  async run({ input, role }) {
    return deleteInlinePolicy(input.PolicyName, roleOwner(role));
  },
});
