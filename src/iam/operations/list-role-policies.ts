/** ListRolePolicies: the names of a role's inline policies. */
import { inlinePolicyNames } from "../inline-policies.ts";
import { roleOwner } from "../policy-owner.ts";
import { roleOperation } from "../operation.ts";
import type { PageInput } from "../pages.ts";
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
    return { output: await inlinePolicyNames(input, roleOwner(role)) };
  },
});
