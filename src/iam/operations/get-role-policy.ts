/** GetRolePolicy: one inline policy of a role, percent-encoded (RFC 3986) as IAM answers them. */
import { inlinePolicyMembers } from "../inline-policies.ts";
import { roleOwner } from "../policy-owner.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyName: string;
}

export const getRolePolicy = roleOperation<Input>({
  readOnly: true,
  input: { RoleName: shape.roleName, PolicyName: shape.policyName },
  record: ({ RoleName: roleName, PolicyName: policyName }) => ({ policyName, roleName }),

  async run({ input, role }) {
    const owner = roleOwner(role);
    return { output: { RoleName: owner.name, ...inlinePolicyMembers(input.PolicyName, owner) } };
  },
});
