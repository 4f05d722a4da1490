/** AttachRolePolicy: a role and its sessions have a managed policy as well, at once. */
import { attach, attachmentConditions } from "../attachments.ts";
import { roleOwner } from "../policy-owner.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyArn: string;
}

export const attachRolePolicy = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, PolicyArn: shape.policyArn },
  record: ({ RoleName: roleName, PolicyArn: policyArn }) => ({ policyArn, roleName }),
  conditions: attachmentConditions,
  tellsBoundary: true,

  async run({ input, role, ...desk }) {
    return await attach(input.PolicyArn, roleOwner(role), desk);
  },
});
