/** AttachUserPolicy: a user has a managed policy as well, at once. */
import { withAttached } from "../attachments.ts";
import { requireAttachable } from "../find-policy.ts";
import { keptInPlace } from "../managed-policy.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyArn: string;
}

export const attachUserPolicy = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName, PolicyArn: shape.policyArn },
  record: ({ UserName: userName, PolicyArn: policyArn }) => ({ policyArn, userName }),
  conditions: ({ PolicyArn }) => new Map([["iam:policyarn", PolicyArn]]),
  tellsBoundary: true,

  async run({ input: { PolicyArn }, subject, store, partition }) {
    const user = namedUser(subject);
    const { accountId } = user;
    const policy = await requireAttachable(PolicyArn, { store, partition, accountId });
    if (user.attachedPolicies.includes(policy.policyId)) return {};
    const attachedPolicies = withAttached(user, policy, "User");
    const record = { ...user, attachedPolicies, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }, ...keptInPlace(policy)] };
  },
});
