/** GetGroupPolicy: one inline policy of a group, percent-encoded (RFC 3986) as IAM answers them. */
import { groupOperation } from "../group-operation.ts";
import { percentEncoded } from "../percent-encoded.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyName: string;
}

export const getGroupPolicy = groupOperation<Input>({
  readOnly: true,
  input: { GroupName: shape.groupName, PolicyName: shape.policyName },
  record: ({ GroupName: groupName, PolicyName: policyName }) => ({ groupName, policyName }),

  async run({ input, group: { groupName: GroupName, policies } }) {
    const found = requireInlinePolicy(policies, input.PolicyName, "group");
    const PolicyDocument = percentEncoded(found.PolicyDocument);
    return { output: { GroupName, PolicyName: found.PolicyName, PolicyDocument } };
  },
});
