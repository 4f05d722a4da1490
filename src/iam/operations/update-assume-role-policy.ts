/** UpdateAssumeRolePolicy: another trust policy. Sessions that were made before stay. */
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { trustOf } from "../trust.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyDocument: string;
}

export const updateAssumeRolePolicy = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, PolicyDocument: shape.policyDocument },
  record: ({ RoleName: roleName, PolicyDocument: policyDocument }) => ({
    policyDocument,
    roleName,
  }),

  async run({ input, role, ...desk }) {
    const trust = await trustOf(input.PolicyDocument, desk);
    const record = { ...role, ...trust, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
