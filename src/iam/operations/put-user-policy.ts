/** PutUserPolicy: gives a user an inline policy, in place of the one of that name. */
import { putInlinePolicy } from "../inline-policies.ts";
import { userOwner } from "../policy-owner.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

export const putUserPolicy = userOperation<Input>({
  readOnly: false,
  input: {
    UserName: shape.existingUserName,
    PolicyName: shape.policyName,
    PolicyDocument: shape.policyDocument,
  },
  record: ({ UserName: userName, PolicyName: policyName, PolicyDocument: policyDocument }) => ({
    policyDocument,
    policyName,
    userName,
  }),
  tellsBoundary: true,

  async run({ input: { PolicyName, PolicyDocument }, subject }) {
    return putInlinePolicy({ PolicyName, PolicyDocument }, userOwner(namedUser(subject)));
  },
});
