/** UntagRole: a role loses tags. Keys that it has not are no error. */
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { requestTagKeyConditions } from "../tag-conditions.ts";
import { tagKeyList } from "../tags.ts";

interface Input {
  readonly RoleName: string;
  readonly TagKeys: readonly string[];
}

export const untagRole = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, TagKeys: { ...tagKeyList, optional: false } },
  record: ({ RoleName: roleName, TagKeys: tagKeys }) => ({ roleName, tagKeys }),
  conditions: ({ TagKeys }) => requestTagKeyConditions(TagKeys),

  async run({ input: { TagKeys }, role }) {
    const gone = new Set(TagKeys.map((key) => key.toLowerCase()));
    const tags = role.tags.filter(({ TagKey }) => !gone.has(TagKey.toLowerCase()));
    const record = { ...role, tags, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
