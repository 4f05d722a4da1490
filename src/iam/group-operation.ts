/** What an operation on a group says of itself. */
import type { GroupRecord } from "../store/records.ts";
import { groupResource } from "./group.ts";
import { type Common, type IamOperation, operationAbout, type Run } from "./operation.ts";

interface ForGroup<Input extends { readonly GroupName: string }> extends Common<Input> {
  readonly run: Run<Input, { readonly group: GroupRecord }>;
  /** What the group will be called afterwards, as a resource: that has to be allowed as well. */
  readonly becomes?: (input: Input, group: GroupRecord) => string;
}

/** An operation on a group that is there. */
export function groupOperation<Input extends { readonly GroupName: string }>(
  definition: ForGroup<Input>,
): IamOperation {
  const { becomes } = definition;
  return operationAbout(definition, (input) => ({
    groupName: input.GroupName,
    groupBecomes: (group) => becomes?.(input, group) ?? groupResource(group),
    async run({ group, ...given }) {
      if (group === undefined) throw new Error("the call is about no group");
      return await definition.run({ ...given, input, group });
    },
  }));
}
