/** ListRolePolicies: the names of a role's inline policies. */
import { roleOperation } from "../operation.ts";
import { pageOf } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export const listRolePolicies = roleOperation<Input>({
  readOnly: true,
  input: {
    RoleName: shape.roleName,
    Marker: shape.optional(shape.marker),
    MaxItems: shape.maxItems,
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
