/** ListAttachedUserPolicies: the managed policies that are attached to a user itself. */
import { attachedPage } from "../attachments.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export const listAttachedUserPolicies = userOperation<Input>({
  readOnly: true,
  input: {
    UserName: shape.existingUserName,
    PathPrefix: shape.optional(shape.policyPath),
    Marker: shape.optional(shape.marker),
    MaxItems: shape.maxItems,
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
