/** DeleteGroupPolicy: a group loses an inline policy. Takes effect at once. */
import { groupOperation } from "../group-operation.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyName: string;
}

export const deleteGroupPolicy = groupOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, PolicyName: shape.policyName },
  record: ({ GroupName: groupName, PolicyName: policyName }) => ({ groupName, policyName }),

  async run({ input, group }) {
    const gone = requireInlinePolicy(group.policies, input.PolicyName, "group");
    const policies = group.policies.filter((policy) => policy !== gone);
    const record = { ...group, policies, rowVersion: group.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "groups", record }] };
  },
});
