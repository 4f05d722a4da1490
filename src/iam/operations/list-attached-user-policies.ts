/** ListAttachedUserPolicies: the managed policies that are attached to a user itself. */
import { attachedPage } from "../attachments.ts";
import { namedUser, userOperation } from "../operation.ts";
import type { PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly UserName: string;
  readonly PathPrefix?: string;
}

export const listAttachedUserPolicies = userOperation<Input>({
  readOnly: true,
  input: {
    UserName: shape.existingUserName,
    PathPrefix: shape.optional(shape.policyPath),
    ...shape.page,
  },
  record: (input) => ({
    userName: input.UserName,
    pathPrefix: input.PathPrefix,
    marker: input.Marker,
    maxItems: input.MaxItems,
  }),

  async run({ input, subject, store, partition }) {
    return { output: await attachedPage(namedUser(subject), input, { store, partition }) };
  },
});
