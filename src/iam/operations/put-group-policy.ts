/** PutGroupPolicy: gives a group an inline policy, in place of the one of that name. */
import { groupOperation } from "../group-operation.ts";
import * as shape from "../shapes.ts";
import { requireSoundPolicy, withInlinePolicy } from "../sound-policy.ts";

interface Input {
  readonly GroupName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** Of all inline policies of a group together, white space left out. */
const charactersMax = 5_120;

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
    requireSoundPolicy(PolicyDocument, "without-tags");
    const added = { PolicyName, PolicyDocument };
    const owner = `group ${group.groupName}`;
    const policies = withInlinePolicy(group.policies, added, { charactersMax, owner });
    const record = { ...group, policies, rowVersion: group.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "groups", record }] };
  },
});
