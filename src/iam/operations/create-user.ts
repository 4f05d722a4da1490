/** CreateUser: another user of the account, who can do nothing yet. */
import { iamError } from "../errors.ts";
import { accountOperation } from "../operation.ts";
import { usersPerAccount } from "../quotas.ts";
import * as shape from "../shapes.ts";
import { createUniqueId } from "../unique-id.ts";
import { folded, userMembers, userResource } from "../user.ts";

interface Input {
  readonly UserName: string;
  readonly Path?: string;
}

export const createUser = accountOperation<Input>({
  readOnly: false,
  unsupported: ["PermissionsBoundary", "Tags"],
  input: { UserName: shape.userName, Path: shape.optional(shape.path) },
  record: ({ UserName: userName, Path: path }) => ({ path, userName }),
  resource: ({ UserName, Path = "/" }) => userResource({ userName: UserName, path: Path }),

  async run({ input, accountId, store, clock, partition }) {
    const foldedName = folded(input.UserName);
    if ((await store.findUserNamed(accountId, foldedName)) !== undefined) {
      throw iamError("EntityAlreadyExists", `User with name ${input.UserName} already exists.`);
    }
    const record = {
      userId: createUniqueId("AIDA"),
      accountId,
      userName: input.UserName,
      foldedName,
      path: input.Path ?? "/",
      policies: [],
      attachedPolicies: [],
      groupIds: [],
      permissionsBoundary: null,
      createdAtMs: clock(),
      rowVersion: 1,
    };
    const User = userMembers(record, partition);
    return {
      output: { User },
      changes: [{ kind: "insert", table: "users", record }, usersPerAccount(accountId)],
      responseElements: { user: { userName: record.userName, userId: record.userId } },
    };
  },
});
