/** ListGroupPolicies: the names of a group's inline policies. */
import { inlinePolicyNames } from "../inline-policies.ts";
import { groupOwner } from "../policy-owner.ts";
import { groupOperation } from "../group-operation.ts";
import type { PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly GroupName: string;
}

export const listGroupPolicies = groupOperation<Input>({
  readOnly: true,
  input: {
    GroupName: shape.groupName,
    ...shape.page,
  },
  record: ({ GroupName: groupName, Marker: marker, MaxItems: maxItems }) => ({
    groupName,
    marker,
    maxItems,
  }),

  async run({ input, group }) {
    return { output: await inlinePolicyNames(input, groupOwner(group)) };
  },
});
