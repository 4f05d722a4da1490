/** ListGroupPolicies: the names of a group's inline policies. */
import { groupOperation } from "../group-operation.ts";
import { pageOf, type PageInput } from "../pages.ts";
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
    const names = group.policies.map(({ PolicyName }) => PolicyName);
    const { items: PolicyNames, ...rest } = await pageOf(input, names, (name) => name);
    return { output: { PolicyNames, ...rest } };
  },
});
