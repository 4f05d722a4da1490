/** CreateGroup: another group of the account, without users and policies. */
import { iamError } from "../errors.ts";
import { groupMembers, groupResource } from "../group.ts";
import { accountOperation } from "../operation.ts";
import { groupsPerAccount } from "../quotas.ts";
import * as shape from "../shapes.ts";
import { createUniqueId } from "../unique-id.ts";
import { folded } from "../user.ts";

interface Input {
  readonly GroupName: string;
  readonly Path?: string;
}

export const createGroup = accountOperation<Input>({
  readOnly: false,
  input: { GroupName: shape.groupName, Path: shape.optional(shape.path) },
  record: ({ GroupName: groupName, Path: path }) => ({ groupName, path }),
  resource: ({ GroupName, Path = "/" }) => groupResource({ groupName: GroupName, path: Path }),

  async run({ input, accountId, store, clock, partition }) {
    const { GroupName: groupName } = input;
    const foldedName = folded(groupName);
    if ((await store.findGroupNamed(accountId, foldedName)) !== undefined) {
      throw iamError("EntityAlreadyExists", `Group with name ${groupName} already exists.`);
    }
    const record = {
      groupId: createUniqueId("AGPA"),
      accountId,
      groupName,
      foldedName,
      path: input.Path ?? "/",
      policies: [],
      attachedPolicies: [],
      createdAtMs: clock(),
      rowVersion: 1,
    };
    return {
      output: { Group: groupMembers(record, partition) },
      changes: [{ kind: "insert", table: "groups", record }, groupsPerAccount(accountId)],
      responseElements: { group: { groupName, groupId: record.groupId } },
    };
  },
});
