/** ListUserPolicies: the names of a user's inline policies. */
import { inlinePolicyNames } from "../inline-policies.ts";
import { userOwner } from "../policy-owner.ts";
import { namedUser, userOperation } from "../operation.ts";
import type { PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly UserName: string;
}

export const listUserPolicies = userOperation<Input>({
  readOnly: true,
  input: {
    UserName: shape.existingUserName,
    ...shape.page,
  },
  record: ({ UserName: userName, Marker: marker, MaxItems: maxItems }) => ({
    userName,
    marker,
    maxItems,
  }),

  async run({ input, subject }) {
    return { output: await inlinePolicyNames(input, userOwner(namedUser(subject))) };
  },
});
