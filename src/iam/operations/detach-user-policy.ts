/** DetachUserPolicy: a user no longer has a managed policy, at once. */
import { withoutAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyArn: string;
}

export const detachUserPolicy = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName, PolicyArn: shape.policyArn },
  record: ({ UserName: userName, PolicyArn: policyArn }) => ({ policyArn, userName }),
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),
  tellsBoundary: true,

  async run({ input: { PolicyArn }, subject, store, partition }) {
    const user = namedUser(subject);
    const { accountId } = user;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    const attachedPolicies = withoutAttached(user, policy, PolicyArn);
    const record = { ...user, attachedPolicies, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
