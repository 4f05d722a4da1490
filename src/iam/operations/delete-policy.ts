/** DeletePolicy: a managed policy that nobody has is gone for good, with its last version. */
import { iamError } from "../errors.ts";
import { usesOf } from "../find-policy.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PolicyArn: string;
}

export const deletePolicy = policyOperation<Input>({
  readOnly: false,
  input: { PolicyArn: shape.policyArn },
  record: ({ PolicyArn: policyArn }) => ({ policyArn }),

  async run({ policy: record, accountId, store }) {
    const { attached, boundary } = await usesOf(record, accountId, store);
    if (attached + boundary > 0) {
      throw iamError("DeleteConflict", "Cannot delete a policy attached to entities.");
    }
    if (record.versions.length > 1) {
      throw iamError(
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete " +
          "the policy's versions. The default version is deleted with the policy.",
      );
    }
    return { changes: [{ kind: "delete", table: "managedPolicies", record }] };
  },
});
