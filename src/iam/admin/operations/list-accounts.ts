/** ListAccounts: every account, page by page, in the order of their numbers. */
import { adminOperation } from "../operation.ts";
import { readPage } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly Limit?: number;
  readonly Marker?: string;
}

export const listAccounts = adminOperation<Input>({
  readOnly: true,
  input: { Limit: shape.limit, Marker: shape.optional(shape.accountId) },
  audit: ({ Limit, Marker }) => ({ limit: Limit, marker: Marker }),

  async run({ input, store }) {
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listAccounts(page),
      (account) => account.accountId,
    );
    const Accounts = items.map(({ accountId, name, createdAtMs }) => ({
      AccountId: accountId,
      Name: name,
      CreateDate: new Date(createdAtMs),
    }));
    return { output: { Accounts, ...rest } };
  },
});
