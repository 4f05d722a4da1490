/** CreatePolicyVersion: what a managed policy is to say, at once or when it is chosen. */
import { iamError } from "../errors.ts";
import { versionMembers } from "../managed-policy.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";
import { requireManagedPolicy } from "../sound-policy.ts";

interface Input {
  readonly PolicyArn: string;
  readonly PolicyDocument: string;
  readonly SetAsDefault?: boolean;
}

const versionsMax = 5;

export const createPolicyVersion = policyOperation<Input>({
  readOnly: false,
  input: {
    PolicyArn: shape.policyArn,
    PolicyDocument: shape.policyDocument,
    SetAsDefault: shape.flag,
  },
  record: (input) => ({
    policyArn: input.PolicyArn,
    policyDocument: input.PolicyDocument,
    setAsDefault: input.SetAsDefault,
  }),

  async run({ input, policy, clock }) {
    const { PolicyDocument: document, SetAsDefault = false } = input;
    requireManagedPolicy(document);
    if (policy.versions.length >= versionsMax) {
      throw iamError(
        "LimitExceeded",
        `A managed policy can have up to ${versionsMax} versions. Before you create a new ` +
          "version, you must delete an existing version.",
      );
    }
    const versionsMade = policy.versionsMade + 1;
    const createdAtMs = clock();
    const version = { versionId: `v${versionsMade}`, document, createdAtMs };
    const record = {
      ...policy,
      defaultVersionId: SetAsDefault ? version.versionId : policy.defaultVersionId,
      versions: [...policy.versions, version],
      versionsMade,
      updatedAtMs: createdAtMs,
      rowVersion: policy.rowVersion + 1,
    };
    return {
      output: { PolicyVersion: versionMembers(version, record) },
      changes: [{ kind: "update", table: "managedPolicies", record }],
      responseElements: {
        policyVersion: { versionId: version.versionId, isDefaultVersion: SetAsDefault },
      },
    };
  },
});
