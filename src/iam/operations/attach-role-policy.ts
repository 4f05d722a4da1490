/** AttachRolePolicy: a role and its sessions have a managed policy as well, at once. */
import { withAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { keptInPlace } from "../managed-policy.ts";
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
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),
  tellsBoundary: true,

  async run({ input: { PolicyArn }, role, store, partition }) {
    const { accountId } = role;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    if (role.attachedPolicies.includes(policy.policyId)) return {};
    const attachedPolicies = withAttached(role, policy, "Role");
    const record = { ...role, attachedPolicies, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }, ...keptInPlace(policy)] };
  },
});
