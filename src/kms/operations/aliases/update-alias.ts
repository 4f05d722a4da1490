/** UpdateAlias: points an existing alias at another key of the same type and usage. */
import { requireIdentityAction } from "../../authorize.ts";
import { requireKeyAsTarget, requireOwnAliasName } from "../../alias-name.ts";
import { KmsError } from "../../errors.ts";
import { aliasArn, type Key, keyResource } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import { aliasQuota } from "../../quotas.ts";
import { requireAlias } from "../../require-alias.ts";
import * as shape from "../../shapes.ts";

export const updateAlias = keyOperation("UpdateAlias", {
  input: { AliasName: shape.aliasName, TargetKeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  validate({ AliasName, TargetKeyId }) {
    requireOwnAliasName(AliasName);
    requireKeyAsTarget(TargetKeyId);
  },
  // The key the alias stands for now, and the one it is to stand for.
  uses: [
    {
      action: "UpdateAlias",
      reference: ({ AliasName }) => AliasName,
      acceptsAlias: true,
      state: "any",
    },
    {
      action: "UpdateAlias",
      reference: ({ TargetKeyId }) => TargetKeyId,
      acceptsAlias: false,
      state: "not pending deletion",
    },
  ],
  async run({ input, keys, ...desk }) {
    const { store, nowMs } = desk;
    const [{ key: before }, to] = keys;
    if (to === undefined) throw new Error("the corridor found one key only");
    const arn = aliasArn(before.accountId, before.region, input.AliasName);
    requireIdentityAction("UpdateAlias", arn, desk);
    requireSameKind(arn, before, to.key);
    const alias = await requireAlias(store, before, input.AliasName);
    const moved = {
      targetKeyId: to.key.keyId,
      updatedAtMs: nowMs,
      rowVersion: alias.rowVersion + 1,
    };
    return {
      output: {},
      changes: [
        { kind: "update", table: "aliases", record: { ...alias, ...moved } },
        aliasQuota(to.key),
      ],
      responseElements: { keyId: to.key.arn },
      resources: [keyResource(before.accountId, arn), keyResource(before.accountId, to.key.arn)],
    };
  },
  record: ({ AliasName, TargetKeyId }) => ({ aliasName: AliasName, targetKeyId: TargetKeyId }),
});

function requireSameKind(arn: string, before: Key, after: Key): void {
  if (before.keyUsage !== after.keyUsage) {
    throw mismatch(arn, "key usage", before.keyUsage, after.keyUsage);
  }
  if (before.keySpec !== after.keySpec) {
    throw mismatch(arn, "key type", before.keySpec, after.keySpec);
  }
}

function mismatch(arn: string, what: string, before: string, after: string): KmsError {
  return new KmsError(
    "ValidationException",
    `Alias ${arn} cannot be changed from a CMK with ${what} ${before} to a CMK with ${what} ` +
      `${after}. The ${what} of the current CMK and the new CMK must be the same.`,
  );
}
