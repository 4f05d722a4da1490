/** ListGroupsForUser: the groups that a user is in, by their names. */
import type { GroupRecord } from "../../store/records.ts";
import { groupMembers } from "../group.ts";
import { namedUser, userOperation } from "../operation.ts";
import { pageOf, type PageInput } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly UserName: string;
}

export const listGroupsForUser = userOperation<Input>({
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

  async run({ input, subject, store, partition }) {
    const groups: GroupRecord[] = [];
    for (const groupId of namedUser(subject).groupIds) {
      const group = await store.findGroup(groupId);
      if (group !== undefined) groups.push(group);
    }
    const byName = groups.toSorted((one, other) => (one.foldedName < other.foldedName ? -1 : 1));
    const { items, ...rest } = await pageOf(input, byName, ({ foldedName }) => foldedName);
    return { output: { Groups: items.map((group) => groupMembers(group, partition)), ...rest } };
  },
});
