/** ListRolePolicies: the names of a role's inline policies. */
import { roleOperation } from "../operation.ts";
import { pageOf, type PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly RoleName: string;
}

export const listRolePolicies = roleOperation<Input>({
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
    const names = role.policies.map(({ PolicyName }) => PolicyName);
    const { items: PolicyNames, ...rest } = await pageOf(input, names, (name) => name);
    return { output: { PolicyNames, ...rest } };
  },
});
