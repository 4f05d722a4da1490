/** AttachGroupPolicy: the users of a group have a managed policy as well, at once. */
import { withAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { groupOperation } from "../group-operation.ts";
import { keptInPlace } from "../managed-policy.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyArn: string;
}

export const attachGroupPolicy = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, PolicyArn: shape.policyArn },
  record: ({ GroupName: groupName, PolicyArn: policyArn }) => ({ groupName, policyArn }),
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),

  async run({ input: { PolicyArn }, group, store, partition }) {
    const { accountId } = group;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    if (group.attachedPolicies.includes(policy.policyId)) return {};
    const attachedPolicies = withAttached(group, policy, "Group");
    const record = { ...group, attachedPolicies, rowVersion: group.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "groups", record }, ...keptInPlace(policy)] };
  },
});
