/** PutRolePolicy: gives a role an inline policy, in place of the one of that name. */
import { putInlinePolicy } from "../inline-policies.ts";
import { roleOwner } from "../policy-owner.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

export const putRolePolicy = roleOperation<Input>({
  readOnly: false,
  input: {
    RoleName: shape.roleName,
    PolicyName: shape.policyName,
    PolicyDocument: shape.policyDocument,
  },
  record: ({ RoleName: roleName, PolicyName: policyName, PolicyDocument: policyDocument }) => ({
    policyDocument,
    policyName,
    roleName,
  }),
  tellsBoundary: true,

  async run({ input: { PolicyName, PolicyDocument }, role }) {
    return putInlinePolicy({ PolicyName, PolicyDocument }, roleOwner(role));
  },
});
