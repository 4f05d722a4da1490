/** ListGroups: the groups of the account, page by page. */
import { groupMembers } from "../group.ts";
import { accountOperation } from "../operation.ts";
import { readPage } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export const listGroups = accountOperation<Input>({
  readOnly: true,
  input: {
    PathPrefix: shape.optional(shape.pathPrefix),
    Marker: shape.optional(shape.marker),
    MaxItems: shape.maxItems,
  },
  record: ({ PathPrefix: pathPrefix, Marker: marker, MaxItems: maxItems }) => ({
    pathPrefix,
    marker,
    maxItems,
  }),
  resource: ({ PathPrefix = "/" }) => `group${PathPrefix}`,

  async run({ input, accountId, store, partition }) {
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listGroups(accountId, page),
      ({ foldedName }) => foldedName,
    );
    // A page may be shorter than it could be: callers go by IsTruncated.
    const prefix = input.PathPrefix ?? "/";
    const Groups = items
      .filter(({ path }) => path.startsWith(prefix))
      .map((group) => groupMembers(group, partition));
    return { output: { Groups, ...rest } };
  },
});
