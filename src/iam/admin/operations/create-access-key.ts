/** CreateAccessKey: another access key for an account, whose secret is shown this once. */
import { adminOperation } from "../operation.ts";
import { noSuchAccount } from "../errors.ts";
import { newAccessKey } from "../../new-access-key.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly AccountId: string;
}

export const createAccessKey = adminOperation<Input>({
  readOnly: false,
  input: { AccountId: shape.accountId },
  audit: ({ AccountId }) => ({ accountId: AccountId }),

  async run({ input: { AccountId: accountId }, store, clock, region, secretAccessKeys }) {
    if ((await store.findAccount(accountId)) === undefined) throw noSuchAccount(accountId);
    const wanted = { accountId, createdAtMs: clock() };
    const { record, secretAccessKey } = await newAccessKey(wanted, secretAccessKeys);
    return {
      output: {
        AccountId: accountId,
        AccessKeyId: record.accessKeyId,
        SecretAccessKey: secretAccessKey,
        Region: region,
      },
      changes: [{ kind: "insert", table: "accessKeys", record }],
      responseElements: { accountId, accessKeyId: record.accessKeyId },
      accountId,
      secret: secretAccessKey,
    };
  },
});
