/** GetRolePolicy: one inline policy of a role, percent-encoded (RFC 3986) as IAM answers them. */
import { roleOperation } from "../operation.ts";
import { percentEncoded } from "../percent-encoded.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
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
    const { roleName: RoleName, policies } = role;
    const { PolicyName, PolicyDocument } = requireInlinePolicy(policies, input.PolicyName, "role");
    return { output: { RoleName, PolicyName, PolicyDocument: percentEncoded(PolicyDocument) } };
  },
});
