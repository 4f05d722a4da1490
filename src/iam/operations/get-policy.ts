/** GetPolicy: a managed policy, but not what it says. */
import { usesOf } from "../find-policy.ts";
import { policyMembers } from "../managed-policy.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PolicyArn: string;
}

export const getPolicy = policyOperation<Input>({
  readOnly: true,
  input: { PolicyArn: shape.policyArn },
  record: ({ PolicyArn: policyArn }) => ({ policyArn }),

  async run({ policy, accountId, store, partition }) {
    const members = policyMembers(policy, await usesOf(policy, accountId, store), partition);
    const { description } = policy;
    return {
      output: {
        Policy: { ...members, ...(description === null ? {} : { Description: description }) },
      },
    };
  },
});
