/** GetUser: a user of the account, or the caller when none is named. */
import { boundaryArn, boundaryMembers } from "../boundary.ts";
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
      const boundary = boundaryMembers(await boundaryArn(subject.user, { store, partition }));
      return { output: { User: { ...userMembers(subject.user, partition), ...boundary } } };
    }
    const account = await store.findAccount(subject.accountId);
    const CreateDate = new Date(account?.createdAtMs ?? 0);
    return { output: { User: { UserId: subject.accountId, Arn: subject.arn, CreateDate } } };
  },
});
