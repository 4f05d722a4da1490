/** DeleteUserPermissionsBoundary: what a user's policies allow is no longer limited, at once. */
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
}

export const deleteUserPermissionsBoundary = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName },
  record: ({ UserName: userName }) => ({ userName }),
  tellsBoundary: true,

  async run({ subject }) {
    const user = namedUser(subject);
    if (user.permissionsBoundary === null) return {};
    const record = { ...user, permissionsBoundary: null, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
