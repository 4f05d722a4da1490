/** RevokeGrant: whoever manages the key ends a grant. No request that begins later is let in by it. */
import { grantIsForAWSResource } from "../../grant-conditions.ts";
import { grantNotFound, requireGrantIdForm } from "../../grants.ts";
import { type KeyCall, keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const revokeGrant = keyOperation("RevokeGrant", {
  input: {
    KeyId: shape.keyReference,
    GrantId: shape.grantId,
    DryRun: shape.optional(shape.flag),
  },
  readOnly: false,
  emptyBody: true,
  validate: ({ GrantId }: { readonly GrantId?: string | undefined }) => requireGrantIdForm(GrantId),
  uses: useOfKeyId("RevokeGrant", { state: "any", conditions: () => grantIsForAWSResource }),
  precondition: async (call) => void (await requireGrant(call)),
  async run(call) {
    const record = await requireGrant(call);
    return {
      output: {},
      changes: [{ kind: "delete", table: "grants", record }],
      responseElements: { keyId: call.key.arn },
    };
  },
  record: ({ KeyId, GrantId, DryRun }) => ({ keyId: KeyId, grantId: GrantId, dryRun: DryRun }),
});

async function requireGrant({ input, key, store }: KeyCall<"RevokeGrant">) {
  const grant = await store.findGrant(key, input.GrantId);
  if (grant === undefined) throw grantNotFound(input.GrantId);
  return grant;
}
