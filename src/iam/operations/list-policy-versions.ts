/** ListPolicyVersions: the versions of a managed policy, the newest first. */
import { versionMembers } from "../managed-policy.ts";
import { pageOf, type PageInput } from "../pages.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly PolicyArn: string;
}

export const listPolicyVersions = policyOperation<Input>({
  readOnly: true,
  input: {
    PolicyArn: shape.policyArn,
    ...shape.page,
  },
  record: ({ PolicyArn: policyArn, Marker: marker, MaxItems: maxItems }) => ({
    policyArn,
    marker,
    maxItems,
  }),

  async run({ input, policy }) {
    const newestFirst = policy.versions.toReversed();
    // Each stands under its place in that order, with as many digits as the last.
    const placed = newestFirst.map((version, index) => ({ version, place: String(index) }));
    const { items, ...rest } = await pageOf(input, placed, ({ place }) => place);
    const Versions = items.map(({ version }) => versionMembers(version, policy));
    return { output: { Versions, ...rest } };
  },
});
