/** DetachGroupPolicy: a group no longer has a managed policy, at once. */
import { withoutAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyArn: string;
}

export const detachGroupPolicy = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, PolicyArn: shape.policyArn },
  record: ({ GroupName: groupName, PolicyArn: policyArn }) => ({ groupName, policyArn }),
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),

  async run({ input: { PolicyArn }, group, store, partition }) {
    const { accountId } = group;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    const attachedPolicies = withoutAttached(group, policy, PolicyArn);
    const record = { ...group, attachedPolicies, rowVersion: group.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "groups", record }] };
  },
});
