/** DeleteRolePolicy: a role loses an inline policy. Takes effect at once. */
import { roleOperation } from "../operation.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
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
    const gone = requireInlinePolicy(role.policies, input.PolicyName, "role");
    const policies = role.policies.filter((policy) => policy !== gone);
    const record = { ...role, policies, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
