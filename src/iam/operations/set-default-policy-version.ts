/** SetDefaultPolicyVersion: another version of a managed policy is in effect, at once. */
import { requireVersion } from "../find-policy.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PolicyArn: string;
  readonly VersionId: string;
}

export const setDefaultPolicyVersion = policyOperation<Input>({
  readOnly: false,
  input: { PolicyArn: shape.policyArn, VersionId: shape.versionId },
  record: ({ PolicyArn: policyArn, VersionId: versionId }) => ({ policyArn, versionId }),

  async run({ input, policy, clock }) {
    const { versionId: defaultVersionId } = requireVersion(policy, input);
    const rowVersion = policy.rowVersion + 1;
    const record = { ...policy, defaultVersionId, updatedAtMs: clock(), rowVersion };
    return { changes: [{ kind: "update", table: "managedPolicies", record }] };
  },
});
