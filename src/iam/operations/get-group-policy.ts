/** GetGroupPolicy: one inline policy of a group, percent-encoded (RFC 3986) as IAM answers them. */
import { inlinePolicyMembers } from "../inline-policies.ts";
import { groupOwner } from "../policy-owner.ts";
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyName: string;
}

export const getGroupPolicy = groupOperation<Input>({
  readOnly: true,
  input: { GroupName: shape.groupName, PolicyName: shape.policyName },
  record: ({ GroupName: groupName, PolicyName: policyName }) => ({ groupName, policyName }),

  async run({ input, group }) {
    const owner = groupOwner(group);
    return { output: { GroupName: owner.name, ...inlinePolicyMembers(input.PolicyName, owner) } };
  },
});
