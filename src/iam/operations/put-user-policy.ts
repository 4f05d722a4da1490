/** PutUserPolicy: gives a user an inline policy, in place of the one of that name. */
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { requireSoundPolicy, withInlinePolicy } from "../sound-policy.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** Of all inline policies of a user together, white space left out. */
const charactersMax = 2_048;

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
    const user = namedUser(subject);
    requireSoundPolicy(PolicyDocument, "without-tags");
    const added = { PolicyName, PolicyDocument };
    const owner = `user ${user.userName}`;
    const policies = withInlinePolicy(user.policies, added, { charactersMax, owner });
    const record = { ...user, policies, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
