/** ListUserPolicies: the names of a user's inline policies. */
import { namedUser, userOperation } from "../operation.ts";
import { pageOf, type PageInput } from "../pages.ts";
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
    const names = namedUser(subject).policies.map(({ PolicyName }) => PolicyName);
    const { items: PolicyNames, ...rest } = await pageOf(input, names, (name) => name);
    return { output: { PolicyNames, ...rest } };
  },
});
