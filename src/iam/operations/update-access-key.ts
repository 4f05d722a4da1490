/** UpdateAccessKey: lets an access key sign requests, or not. Takes effect at once. */
import { userOperation } from "../operation.ts";
import { requireAccessKey } from "../require-access-key.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName?: string;
  readonly AccessKeyId: string;
  readonly Status: "Active" | "Inactive";
}

export const updateAccessKey = userOperation<Input>({
  readOnly: false,
  input: {
    UserName: shape.optional(shape.existingUserName),
    AccessKeyId: shape.accessKeyId,
    Status: shape.accessKeyStatus,
  },
  record: ({ UserName: userName, AccessKeyId: accessKeyId, Status: status }) => ({
    accessKeyId,
    status,
    userName,
  }),

  async run({ input: { AccessKeyId, Status: status }, subject, store }) {
    const stored = await requireAccessKey(store, subject, AccessKeyId);
    const record = { ...stored, status, rowVersion: stored.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "accessKeys", record }] };
  },
});
