/** ListAttachedGroupPolicies: the managed policies that are attached to a group. */
import { attachedPage } from "../attachments.ts";
import { groupOperation } from "../group-operation.ts";
import type { PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly GroupName: string;
  readonly PathPrefix?: string;
}

export const listAttachedGroupPolicies = groupOperation<Input>({
  readOnly: true,
  input: {
    GroupName: shape.groupName,
    PathPrefix: shape.optional(shape.policyPath),
    ...shape.page,
  },
  record: (input) => ({
    groupName: input.GroupName,
    pathPrefix: input.PathPrefix,
    marker: input.Marker,
    maxItems: input.MaxItems,
  }),

  async run({ input, group, store, partition }) {
    return { output: await attachedPage(group, input, { store, partition }) };
  },
});
