/** PutKeyPolicy: replaces the key policy, unless that would lock its own author out. */
import { KmsError } from "../../errors.ts";
import { changed } from "../../key.ts";
import { keyPolicyName, lockoutCheckConditions, soundPolicy } from "../../key-policy.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const putKeyPolicy = keyOperation("PutKeyPolicy", {
  input: {
    KeyId: shape.keyReference,
    PolicyName: shape.optional(shape.policyName),
    Policy: shape.policy,
    BypassPolicyLockoutSafetyCheck: shape.optional(shape.flag),
  },
  readOnly: false,
  emptyBody: true,
  validate({ PolicyName = keyPolicyName }) {
    if (PolicyName === keyPolicyName) return;
    throw new KmsError(
      "UnsupportedOperationException",
      `The policy name ${PolicyName} is not supported.`,
    );
  },
  uses: [
    {
      action: "PutKeyPolicy",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "any",
      conditions: ({ BypassPolicyLockoutSafetyCheck: bypass }) => lockoutCheckConditions(bypass),
    },
  ],
  async run({ input, key, ...desk }) {
    const bypassLockoutCheck = input.BypassPolicyLockoutSafetyCheck ?? false;
    const policy = await soundPolicy(input.Policy, { ...desk, bypassLockoutCheck, key });
    return {
      output: {},
      changes: [{ kind: "update", table: "keys", record: changed(key, { policy }) }],
      responseElements: { keyId: key.arn },
    };
  },
  record: ({ KeyId, PolicyName, Policy, BypassPolicyLockoutSafetyCheck }) => ({
    keyId: KeyId,
    policyName: PolicyName ?? keyPolicyName,
    policy: Policy,
    bypassPolicyLockoutSafetyCheck: BypassPolicyLockoutSafetyCheck ?? false,
  }),
});
