/** GetGroup: a group, and its users page by page. */
import type { QueryOutput } from "../../service/service.ts";
import { groupOperation } from "../group-operation.ts";
import { groupMembers, usersOf } from "../group.ts";
import { type PageInput, readPage } from "../pages.ts";
import * as shape from "../shapes.ts";
import { userMembers } from "../user.ts";

interface Input extends PageInput {
  readonly GroupName: string;
}

export const getGroup = groupOperation<Input>({
  readOnly: true,
  input: {
    GroupName: shape.groupName,
    ...shape.page,
  },
  record: ({ GroupName: groupName, Marker: marker, MaxItems: maxItems }) => ({
    groupName,
    marker,
    maxItems,
  }),

  async run({ input, group, store, partition }) {
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listLinked(usersOf(group), page),
      (userId) => userId,
    );
    const Users: QueryOutput[] = [];
    for (const userId of items) {
      const user = await store.findUser(userId);
      if (user !== undefined) Users.push(userMembers(user, partition));
    }
    return { output: { Group: groupMembers(group, partition), Users, ...rest } };
  },
});
