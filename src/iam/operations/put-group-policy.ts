/** PutGroupPolicy: gives a group an inline policy, in place of the one of that name. */
import { putInlinePolicy } from "../inline-policies.ts";
import { groupOwner } from "../policy-owner.ts";
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

export const putGroupPolicy = groupOperation<Input>({
  readOnly: false,
  input: {
    GroupName: shape.groupName,
    PolicyName: shape.policyName,
    PolicyDocument: shape.policyDocument,
  },
  record: ({ GroupName: groupName, PolicyName: policyName, PolicyDocument: policyDocument }) => ({
    groupName,
    policyDocument,
    policyName,
  }),

  async run({ input: { PolicyName, PolicyDocument }, group }) {
    return putInlinePolicy({ PolicyName, PolicyDocument }, groupOwner(group));
  },
});
