/** DeleteGroupPolicy: a group loses an inline policy. Takes effect at once. */
import { deleteInlinePolicy } from "../inline-policies.ts";
import { groupOwner } from "../policy-owner.ts";
import { groupOperation } from "../group-operation.ts";
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
    return deleteInlinePolicy(input.PolicyName, groupOwner(group));
  },
});
