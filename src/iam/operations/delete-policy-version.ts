/** DeletePolicyVersion: a version of a managed policy that is not in effect is gone. */
import { iamError } from "../errors.ts";
import { requireVersion } from "../find-policy.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PolicyArn: string;
  readonly VersionId: string;
}

export const deletePolicyVersion = policyOperation<Input>({
  readOnly: false,
  input: { PolicyArn: shape.policyArn, VersionId: shape.versionId },
  record: ({ PolicyArn: policyArn, VersionId: versionId }) => ({ policyArn, versionId }),

  async run({ input, policy }) {
    const gone = requireVersion(policy, input);
    if (gone.versionId === policy.defaultVersionId) {
      throw iamError("DeleteConflict", "Cannot delete the default version of a policy.");
    }
    const versions = policy.versions.filter((version) => version !== gone);
    const record = { ...policy, versions, rowVersion: policy.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "managedPolicies", record }] };
  },
});
