/** UpdateAccessKey: lets an access key sign requests, or not. Takes effect at once. */
import { adminOperation } from "../operation.ts";
import { noSuchAccessKey } from "../errors.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly AccessKeyId: string;
  readonly Status: "Active" | "Inactive";
}

export const updateAccessKey = adminOperation<Input>({
  readOnly: false,
  input: { AccessKeyId: shape.accessKeyId, Status: shape.accessKeyStatus },
  audit: ({ AccessKeyId, Status }) => ({ accessKeyId: AccessKeyId, status: Status }),

  async run({ input: { AccessKeyId, Status }, store }) {
    const stored = await store.findAccessKey(AccessKeyId);
    if (stored === undefined) throw noSuchAccessKey(AccessKeyId);
    const record = { ...stored, status: Status, rowVersion: stored.rowVersion + 1 };
    return {
      output: undefined,
      changes: [{ kind: "update", table: "accessKeys", record }],
      accountId: stored.accountId,
    };
  },
});
