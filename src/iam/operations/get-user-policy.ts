/** GetUserPolicy: one inline policy of a user, percent-encoded (RFC 3986) as IAM answers them. */
import { namedUser, userOperation } from "../operation.ts";
import { percentEncoded } from "../percent-encoded.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
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
    const { userName: UserName, policies } = namedUser(subject);
    const { PolicyName, PolicyDocument } = requireInlinePolicy(policies, input.PolicyName);
    return { output: { UserName, PolicyName, PolicyDocument: percentEncoded(PolicyDocument) } };
  },
});
