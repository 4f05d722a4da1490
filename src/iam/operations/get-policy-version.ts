/** GetPolicyVersion: what a version of a managed policy says, percent-encoded. */
import { requireVersion } from "../find-policy.ts";
import { versionMembers } from "../managed-policy.ts";
import { percentEncoded } from "../percent-encoded.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly PolicyArn: string;
  readonly VersionId: string;
}

export const getPolicyVersion = policyOperation<Input>({
  readOnly: true,
  input: { PolicyArn: shape.policyArn, VersionId: shape.versionId },
  record: ({ PolicyArn: policyArn, VersionId: versionId }) => ({ policyArn, versionId }),

  async run({ input, policy }) {
    const version = requireVersion(policy, input);
    const Document = percentEncoded(version.document);
    return { output: { PolicyVersion: { Document, ...versionMembers(version, policy) } } };
  },
});
