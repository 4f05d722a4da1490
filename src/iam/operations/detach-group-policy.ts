/** DetachGroupPolicy: a group no longer has a managed policy, at once. */
import { detach, attachmentConditions } from "../attachments.ts";
import { groupOwner } from "../policy-owner.ts";
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
  conditions: attachmentConditions,

  async run({ input, group, ...desk }) {
    return await detach(input.PolicyArn, groupOwner(group), desk);
  },
});
