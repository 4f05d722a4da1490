/** GetKeyPolicy: a key has exactly one policy, named default. */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { keyPolicyName } from "../../key-policy.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import { shownPolicy } from "../../pinned-policy.ts";
import * as shape from "../../shapes.ts";

export const getKeyPolicy = keyOperation("GetKeyPolicy", {
  input: { KeyId: shape.keyReference, PolicyName: shape.optional(shape.policyName) },
  readOnly: true,
  uses: useOfKeyId("GetKeyPolicy", { state: "any" }),
  async run({ input, key, identities }) {
    if ((input.PolicyName ?? keyPolicyName) !== keyPolicyName) {
      throw new KmsError("NotFoundException", "No such policy exists");
    }
    const Policy = await shownPolicy(key.policy, identities);
    const output: Output<"GetKeyPolicy"> = { Policy, PolicyName: keyPolicyName };
    return { output };
  },
  record: ({ KeyId, PolicyName }) => ({ keyId: KeyId, policyName: PolicyName }),
});
