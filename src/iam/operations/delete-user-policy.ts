/** DeleteUserPolicy: a user loses an inline policy. Takes effect at once. */
import { namedUser, userOperation } from "../operation.ts";
import { requireInlinePolicy } from "../require-inline-policy.ts";
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
    const user = namedUser(subject);
    const gone = requireInlinePolicy(user.policies, input.PolicyName);
    const policies = user.policies.filter((policy) => policy !== gone);
    const record = { ...user, policies, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
