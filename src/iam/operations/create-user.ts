/** CreateUser: another user of the account, who can do nothing yet. */
import { boundaryConditions, boundaryMembers, requireBoundary } from "../boundary.ts";
import { iamError } from "../errors.ts";
import { keptInPlace } from "../managed-policy.ts";
import { accountOperation } from "../operation.ts";
import { usersPerAccount } from "../quotas.ts";
import * as shape from "../shapes.ts";
import { createUniqueId } from "../unique-id.ts";
import { folded, userMembers, userResource } from "../user.ts";

interface Input {
  readonly UserName: string;
  readonly Path?: string;
  readonly PermissionsBoundary?: string;
}

export const createUser = accountOperation<Input>({
  readOnly: false,
  unsupported: ["Tags"],
  input: {
    UserName: shape.userName,
    Path: shape.optional(shape.path),
    PermissionsBoundary: shape.optional(shape.policyArn),
  },
  record: ({ UserName: userName, Path: path, PermissionsBoundary: permissionsBoundary }) => ({
    path,
    permissionsBoundary,
    userName,
  }),
  resource: ({ UserName, Path = "/" }) => userResource({ userName: UserName, path: Path }),
  conditions: ({ PermissionsBoundary }) => boundaryConditions(PermissionsBoundary),

  async run({ input, accountId, store, clock, partition }) {
    const foldedName = folded(input.UserName);
    if ((await store.findUserNamed(accountId, foldedName)) !== undefined) {
      throw iamError("EntityAlreadyExists", `User with name ${input.UserName} already exists.`);
    }
    const { PermissionsBoundary: arn } = input;
    const boundary =
      arn === undefined ? undefined : await requireBoundary(arn, { store, partition, accountId });
    const record = {
      userId: createUniqueId("AIDA"),
      accountId,
      userName: input.UserName,
      foldedName,
      path: input.Path ?? "/",
      policies: [],
      attachedPolicies: [],
      groupIds: [],
      permissionsBoundary: boundary?.policyId ?? null,
      createdAtMs: clock(),
      rowVersion: 1,
    };
    const User = { ...userMembers(record, partition), ...boundaryMembers(arn) };
    return {
      output: { User },
      changes: [
        { kind: "insert", table: "users", record },
        ...(boundary === undefined ? [] : keptInPlace(boundary)),
        usersPerAccount(accountId),
      ],
      responseElements: { user: { userName: record.userName, userId: record.userId } },
    };
  },
});
