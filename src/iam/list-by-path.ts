/** ListUsers, ListGroups and ListRoles: what the account has of a kind, page by page, below a path. */
import type { QueryOutput } from "../service/service.ts";
import type { Page } from "../store/store.ts";
import { accountOperation, type Desk, type IamOperation } from "./operation.ts";
import { type PageInput, readPage } from "./pages.ts";
import * as shape from "./shapes.ts";

interface Input extends PageInput {
  readonly PathPrefix?: string;
}

interface Listing<Item> {
  /** As ARNs have it. */
  readonly kind: "user" | "group" | "role";
  /** The member of the answer that holds them. */
  readonly member: string;
  readonly list: (store: Desk["store"], accountId: string, page: Page) => Promise<readonly Item[]>;
  /** In the members that lists have. */
  readonly shown: (item: Item, desk: Desk) => QueryOutput | Promise<QueryOutput>;
}

export function listByPath<Item extends { readonly path: string; readonly foldedName: string }>({
  kind,
  member,
  list,
  shown,
}: Listing<Item>): IamOperation {
  return accountOperation<Input>({
    readOnly: true,
    input: { PathPrefix: shape.optional(shape.pathPrefix), ...shape.page },
    record: ({ PathPrefix: pathPrefix, Marker: marker, MaxItems: maxItems }) => ({
      pathPrefix,
      marker,
      maxItems,
    }),
    resource: ({ PathPrefix = "/" }) => `${kind}${PathPrefix}`,

    async run({ input, accountId, ...desk }) {
      const { items, ...rest } = await readPage(
        input,
        async (page) => await list(desk.store, accountId, page),
        ({ foldedName }) => foldedName,
      );
      // A page may be shorter than it could be: callers go by IsTruncated.
      const prefix = input.PathPrefix ?? "/";
      const found: QueryOutput[] = [];
      for (const item of items) {
        if (item.path.startsWith(prefix)) found.push(await shown(item, desk));
      }
      return { output: { [member]: found, ...rest } };
    },
  });
}
