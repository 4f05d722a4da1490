/** DetachRolePolicy: a role and its sessions no longer have a managed policy, at once. */
import { withoutAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly PolicyArn: string;
}

export const detachRolePolicy = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, PolicyArn: shape.policyArn },
  record: ({ RoleName: roleName, PolicyArn: policyArn }) => ({ policyArn, roleName }),
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),
  tellsBoundary: true,

  async run({ input: { PolicyArn }, role, store, partition }) {
    const { accountId } = role;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    const attachedPolicies = withoutAttached(role, policy, PolicyArn);
    const record = { ...role, attachedPolicies, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
