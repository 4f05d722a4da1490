/** ListAccessKeys: the access keys of one account, page by page, without their secrets. */
import { adminOperation } from "../operation.ts";
import { noSuchAccount } from "../errors.ts";
import { readPage } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly AccountId: string;
  readonly Limit?: number;
  readonly Marker?: string;
}

export const listAccessKeys = adminOperation<Input>({
  readOnly: true,
  input: {
    AccountId: shape.accountId,
    Limit: shape.limit,
    Marker: shape.optional(shape.accessKeyId),
  },
  audit: ({ AccountId, Limit, Marker }) => ({
    accountId: AccountId,
    limit: Limit,
    marker: Marker,
  }),

  async run({ input, store }) {
    const accountId = input.AccountId;
    if ((await store.findAccount(accountId)) === undefined) throw noSuchAccount(accountId);
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listAccessKeys(accountId, page),
      (key) => key.accessKeyId,
    );
    const AccessKeys = items.map((key) => ({
      AccountId: accountId,
      AccessKeyId: key.accessKeyId,
      Status: key.status,
      CreateDate: new Date(key.createdAtMs),
    }));
    return { output: { AccessKeys, ...rest }, accountId };
  },
});
