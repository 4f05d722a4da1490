/** UpdateUser: another name or path for a user, who stays the same identity. */
import { iamError } from "../errors.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { folded, userResource } from "../user.ts";

interface Input {
  readonly UserName: string;
  readonly NewPath?: string;
  readonly NewUserName?: string;
}

export const updateUser = userOperation<Input>({
  readOnly: false,
  input: {
    UserName: shape.existingUserName,
    NewPath: shape.optional(shape.path),
    NewUserName: shape.optional(shape.userName),
  },
  record: ({ UserName: userName, NewPath: newPath, NewUserName: newUserName }) => ({
    newPath,
    newUserName,
    userName,
  }),

  becomes: ({ NewUserName, NewPath }, user) =>
    userResource({ userName: NewUserName ?? user.userName, path: NewPath ?? user.path }),

  async run({ input, subject, store }) {
    const user = namedUser(subject);
    const userName = input.NewUserName ?? user.userName;
    const foldedName = folded(userName);
    const holder = await store.findUserNamed(user.accountId, foldedName);
    if (holder !== undefined && holder.userId !== user.userId) {
      throw iamError("EntityAlreadyExists", `User with name ${userName} already exists.`);
    }
    const record = {
      ...user,
      userName,
      foldedName,
      path: input.NewPath ?? user.path,
      rowVersion: user.rowVersion + 1,
    };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});
