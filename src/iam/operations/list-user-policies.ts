/** ListUserPolicies: the names of a user's inline policies. */
import { namedUser, userOperation } from "../operation.ts";
import { pageOf } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export const listUserPolicies = userOperation<Input>({
  readOnly: true,
  input: {
    UserName: shape.existingUserName,
    Marker: shape.optional(shape.marker),
    MaxItems: shape.maxItems,
  },
  record: ({ UserName: userName, Marker: marker, MaxItems: maxItems }) => ({
    userName,
    marker,
    maxItems,
  }),

  async run({ input, subject }) {
    const names = namedUser(subject).policies.map(({ PolicyName }) => PolicyName);
    const { items: PolicyNames, ...rest } = await pageOf(input, names, (name) => name);
    return { output: { PolicyNames, ...rest } };
  },
});
