/** What an operation on a group says of itself. */
import type { GroupRecord } from "../store/records.ts";
import { groupResource } from "./group.ts";
import {
  type Common,
  conditionsOf,
  type IamOperation,
  refuseUnsupported,
  type Run,
} from "./operation.ts";
import { checkInput } from "./shapes.ts";
import type { ConditionFacts } from "./tag-conditions.ts";

interface ForGroup<Input extends { readonly GroupName: string }> extends Common<Input> {
  readonly run: Run<Input, { readonly group: GroupRecord }>;
  /** What a policy may ask of the request. */
  readonly conditions?: (input: Input) => ConditionFacts;
  /** What the group will be called afterwards, as a resource: that has to be allowed as well. */
  readonly becomes?: (input: Input, group: GroupRecord) => string;
}

/** An operation on a group that is there. */
export function groupOperation<Input extends { readonly GroupName: string }>(
  definition: ForGroup<Input>,
): IamOperation {
  const { becomes } = definition;
  return {
    readOnly: definition.readOnly,
    check(sent) {
      refuseUnsupported(definition, sent);
      const input = checkInput(definition.input, sent);
      return {
        requestParameters: definition.record(input),
        groupName: input.GroupName,
        ...conditionsOf(definition, input),
        groupBecomes: (group) => becomes?.(input, group) ?? groupResource(group),
        async run({ group, ...given }) {
          if (group === undefined) throw new Error("the call is about no group");
          return await definition.run({ ...given, input, group });
        },
      };
    },
  };
}
