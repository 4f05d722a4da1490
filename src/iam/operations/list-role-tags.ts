/** ListRoleTags: the tags of a role, by their key. */
import { roleOperation } from "../operation.ts";
import { pageOf, type PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly RoleName: string;
}

export const listRoleTags = roleOperation<Input>({
  readOnly: true,
  input: {
    RoleName: shape.roleName,
    ...shape.page,
  },
  record: ({ RoleName: roleName, Marker: marker, MaxItems: maxItems }) => ({
    roleName,
    marker,
    maxItems,
  }),

  async run({ input, role }) {
    const byKey = role.tags.toSorted((one, other) => (one.TagKey < other.TagKey ? -1 : 1));
    const { items, ...rest } = await pageOf(input, byKey, ({ TagKey }) => TagKey);
    const Tags = items.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value }));
    return { output: { Tags, ...rest } };
  },
});
