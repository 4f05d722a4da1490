/** GetUser: a user of the account, or the caller when none is named. */
import { userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { userMembers } from "../user.ts";

interface Input {
  readonly UserName?: string;
}

export const getUser = userOperation<Input>({
  readOnly: true,
  input: { UserName: shape.optional(shape.existingUserName) },
  record: ({ UserName: userName }) => ({ userName }),

  async run({ subject, store, partition }) {
    if (subject.user !== undefined) {
      return { output: { User: userMembers(subject.user, partition) } };
    }
    const account = await store.findAccount(subject.accountId);
    const CreateDate = new Date(account?.createdAtMs ?? 0);
    return { output: { User: { UserId: subject.accountId, Arn: subject.arn, CreateDate } } };
  },
});
