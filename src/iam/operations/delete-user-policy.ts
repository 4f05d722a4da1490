/** DeleteUserPolicy: a user loses an inline policy. Takes effect at once. */
import { deleteInlinePolicy } from "../inline-policies.ts";
import { userOwner } from "../policy-owner.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyName: string;
}

export const deleteUserPolicy = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName, PolicyName: shape.policyName },
  record: ({ UserName: userName, PolicyName: policyName }) => ({ policyName, userName }),
  tellsBoundary: true,

  async run({ input, subject }) {
    return deleteInlinePolicy(input.PolicyName, userOwner(namedUser(subject)));
  },
});
