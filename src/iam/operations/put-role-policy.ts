/** PutRolePolicy: gives a role an inline policy, in place of the one of that name. */
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { requireSoundPolicy, withInlinePolicy } from "../sound-policy.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** Of all inline policies of a role together, white space left out. */
const charactersMax = 10_240;

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
    requireSoundPolicy(PolicyDocument, "with-tags");
    const added = { PolicyName, PolicyDocument };
    const owner = `role ${role.roleName}`;
    const policies = withInlinePolicy(role.policies, added, { charactersMax, owner });
    const record = { ...role, policies, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
