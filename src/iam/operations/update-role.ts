/** UpdateRole: another description, or another longest session. What is left out stays. */
import { roleOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleName: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
}

export const updateRole = roleOperation<Input>({
  readOnly: false,
  input: {
    RoleName: shape.roleName,
    Description: shape.optional(shape.description),
    MaxSessionDuration: shape.maxSessionDuration,
  },
  record: ({ RoleName: roleName, Description: description, MaxSessionDuration }) => ({
    description,
    maxSessionDuration: MaxSessionDuration,
    roleName,
  }),

  async run({ input, role }) {
    const record = {
      ...role,
      description: input.Description ?? role.description,
      maxSessionSeconds: input.MaxSessionDuration ?? role.maxSessionSeconds,
      rowVersion: role.rowVersion + 1,
    };
    // AWS answers with a result that has no members.
    return { output: {}, changes: [{ kind: "update", table: "roles", record }] };
  },
});
