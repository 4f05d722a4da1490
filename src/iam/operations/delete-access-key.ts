/** DeleteAccessKey: an access key is gone for good. Takes effect at once. */
import { userOperation } from "../operation.ts";
import { requireAccessKey } from "../require-access-key.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName?: string;
  readonly AccessKeyId: string;
}

export const deleteAccessKey = userOperation<Input>({
  readOnly: false,
  input: {
    UserName: shape.optional(shape.existingUserName),
    AccessKeyId: shape.accessKeyId,
  },
  record: ({ UserName: userName, AccessKeyId: accessKeyId }) => ({ accessKeyId, userName }),

  async run({ input: { AccessKeyId }, subject, store }) {
    const record = await requireAccessKey(store, subject, AccessKeyId);
    return { changes: [{ kind: "delete", table: "accessKeys", record }] };
  },
});
