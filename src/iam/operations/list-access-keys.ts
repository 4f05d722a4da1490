/** ListAccessKeys: the access keys of a user, or of the caller, without their secrets. */
import { userOperation } from "../operation.ts";
import { type PageInput, readPage } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly UserName?: string;
}

export const listAccessKeys = userOperation<Input>({
  readOnly: true,
  input: {
    UserName: shape.optional(shape.existingUserName),
    ...shape.page,
  },
  record: ({ UserName: userName, Marker: marker, MaxItems: maxItems }) => ({
    userName,
    marker,
    maxItems,
  }),

  async run({ input, subject: { accountId, user }, store }) {
    const owner = { accountId, userId: user?.userId ?? null };
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listAccessKeysOf(owner, page),
      ({ accessKeyId }) => accessKeyId,
    );
    const AccessKeyMetadata = items.map(({ accessKeyId, status, createdAtMs }) => ({
      ...(user === undefined ? {} : { UserName: user.userName }),
      AccessKeyId: accessKeyId,
      Status: status,
      CreateDate: new Date(createdAtMs),
    }));
    return { output: { AccessKeyMetadata, ...rest } };
  },
});
