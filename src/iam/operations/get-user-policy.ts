/** GetUserPolicy: one inline policy of a user, percent-encoded (RFC 3986) as IAM answers them. */
import { inlinePolicyMembers } from "../inline-policies.ts";
import { userOwner } from "../policy-owner.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyName: string;
}

export const getUserPolicy = userOperation<Input>({
  readOnly: true,
  input: { UserName: shape.existingUserName, PolicyName: shape.policyName },
  record: ({ UserName: userName, PolicyName: policyName }) => ({ policyName, userName }),

  async run({ input, subject }) {
    const owner = userOwner(namedUser(subject));
    return { output: { UserName: owner.name, ...inlinePolicyMembers(input.PolicyName, owner) } };
  },
});
