/** ListAttachedRolePolicies: the managed policies that are attached to a role. */
import { attachedPage } from "../attachments.ts";
import { roleOperation } from "../operation.ts";
import type { PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly RoleName: string;
  readonly PathPrefix?: string;
}

export const listAttachedRolePolicies = roleOperation<Input>({
  readOnly: true,
  input: {
    RoleName: shape.roleName,
    PathPrefix: shape.optional(shape.policyPath),
    ...shape.page,
  },
  record: (input) => ({
    roleName: input.RoleName,
    pathPrefix: input.PathPrefix,
    marker: input.Marker,
    maxItems: input.MaxItems,
  }),

  async run({ input, role, store, partition }) {
    return { output: await attachedPage(role, input, { store, partition }) };
  },
});
