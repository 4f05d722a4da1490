/** TagRole: tags for a role, in place of those whose keys differ by case at most. */
import type { Tag } from "../../store/records.ts";
import { iamError } from "../errors.ts";
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";
import { requestTagConditions } from "../tag-conditions.ts";
import { maxTags, requiredTagList, requireDistinctKeys, requireOwnKeys } from "../tags.ts";

interface Input {
  readonly RoleName: string;
  readonly Tags: readonly Tag[];
}

export const tagRole = roleOperation<Input>({
  readOnly: false,
  input: { RoleName: shape.roleName, Tags: requiredTagList },
  record: ({ RoleName: roleName, Tags }) => ({
    roleName,
    tags: Tags.map(({ TagKey: key, TagValue: value }) => ({ key, value })),
  }),
  conditions: ({ Tags }) => requestTagConditions(Tags),

  async run({ input: { Tags }, role }) {
    requireDistinctKeys(Tags);
    requireOwnKeys(Tags);
    const replaced = new Set(Tags.map(({ TagKey }) => TagKey.toLowerCase()));
    const kept = role.tags.filter(({ TagKey }) => !replaced.has(TagKey.toLowerCase()));
    const tags = [...kept, ...Tags];
    if (tags.length > maxTags) {
      throw iamError("LimitExceeded", `Cannot exceed quota for TagsPerRole: ${maxTags}`);
    }
    const record = { ...role, tags, rowVersion: role.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "roles", record }] };
  },
});
