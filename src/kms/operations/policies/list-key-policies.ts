/** ListKeyPolicies: the list never has more than the one policy. */
import type { Output } from "../../contract.ts";
import { keyPolicyName } from "../../key-policy.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const listKeyPolicies = keyOperation("ListKeyPolicies", {
  input: {
    KeyId: shape.keyReference,
    Limit: shape.optional(shape.limitUpTo(1000)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  uses: useOfKeyId("ListKeyPolicies", { state: "any" }),
  run() {
    const output: Output<"ListKeyPolicies"> = { PolicyNames: [keyPolicyName], Truncated: false };
    return Promise.resolve({ output });
  },
  record: ({ KeyId, Limit, Marker }) => ({ keyId: KeyId, limit: Limit, marker: Marker }),
});
