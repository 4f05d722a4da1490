/** PutUserPermissionsBoundary: a managed policy is the most a user may do, at once. */
import { boundaryConditions, requireBoundary } from "../boundary.ts";
import { keptInPlace } from "../managed-policy.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PermissionsBoundary: string;
}

export const putUserPermissionsBoundary = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName, PermissionsBoundary: shape.policyArn },
  record: ({ UserName: userName, PermissionsBoundary: permissionsBoundary }) => ({
    permissionsBoundary,
    userName,
  }),
  conditions: ({ PermissionsBoundary }) => boundaryConditions(PermissionsBoundary),

  async run({ input: { PermissionsBoundary: arn }, subject, store, partition }) {
    const user = namedUser(subject);
    const { accountId } = user;
    const policy = await requireBoundary(arn, { store, partition, accountId });
    const permissionsBoundary = policy.policyId;
    const record = { ...user, permissionsBoundary, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }, ...keptInPlace(policy)] };
  },
});
