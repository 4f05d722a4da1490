/** ListRoles: the roles of the account, page by page. */
import type { QueryOutput } from "../../service/service.ts";
import { accountOperation } from "../operation.ts";
import { readPage } from "../pages.ts";
import { roleMembers } from "../role.ts";
import * as shape from "../shapes.ts";
import { shownTrustPolicy } from "../trust.ts";

interface Input {
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export const listRoles = accountOperation<Input>({
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
  resource: ({ PathPrefix = "/" }) => `role${PathPrefix}`,

  async run({ input, accountId, store, partition }) {
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listRoles(accountId, page),
      ({ foldedName }) => foldedName,
    );
    // A page may be shorter than it could be: callers go by IsTruncated.
    const prefix = input.PathPrefix ?? "/";
    const Roles: QueryOutput[] = [];
    for (const role of items.filter(({ path }) => path.startsWith(prefix))) {
      const trustPolicy = await shownTrustPolicy(role, { store, partition });
      Roles.push(roleMembers({ role, trustPolicy, partition }));
    }
    return { output: { Roles, ...rest } };
  },
});
