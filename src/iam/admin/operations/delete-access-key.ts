/** DeleteAccessKey: an access key is gone for good. Takes effect at once. */
import { adminOperation } from "../operation.ts";
import { noSuchAccessKey } from "../errors.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly AccessKeyId: string;
}

export const deleteAccessKey = adminOperation<Input>({
  readOnly: false,
  input: { AccessKeyId: shape.accessKeyId },
  audit: ({ AccessKeyId }) => ({ accessKeyId: AccessKeyId }),

  async run({ input: { AccessKeyId }, store }) {
    const record = await store.findAccessKey(AccessKeyId);
    if (record === undefined) throw noSuchAccessKey(AccessKeyId);
    return {
      output: undefined,
      changes: [{ kind: "delete", table: "accessKeys", record }],
      accountId: record.accountId,
    };
  },
});
