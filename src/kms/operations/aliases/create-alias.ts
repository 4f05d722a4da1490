/** CreateAlias: a name for a key, unique in the account and Region. */
import { requireIdentityAction } from "../../authorize.ts";
import { requireKeyAsTarget, requireOwnAliasName } from "../../alias-name.ts";
import { KmsError } from "../../errors.ts";
import { aliasArn, keyResource } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import { aliasQuota } from "../../quotas.ts";
import * as shape from "../../shapes.ts";

export const createAlias = keyOperation("CreateAlias", {
  input: { AliasName: shape.aliasName, TargetKeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  validate({ AliasName, TargetKeyId }) {
    requireOwnAliasName(AliasName);
    requireKeyAsTarget(TargetKeyId);
  },
  uses: [
    {
      action: "CreateAlias",
      reference: ({ TargetKeyId }) => TargetKeyId,
      acceptsAlias: false,
      state: "not pending deletion",
    },
  ],
  async run({ input, key, ...desk }) {
    const { store, nowMs } = desk;
    const { accountId, region, keyId } = key;
    const aliasName = input.AliasName;
    const arn = aliasArn(accountId, region, aliasName);
    requireIdentityAction("CreateAlias", arn, desk);
    if ((await store.findAlias(accountId, region, aliasName)) !== undefined) {
      throw new KmsError("AlreadyExistsException", `An alias with the name ${arn} already exists`);
    }
    const times = { createdAtMs: nowMs, updatedAtMs: nowMs };
    const record = { accountId, region, aliasName, targetKeyId: keyId, ...times, rowVersion: 1 };
    return {
      output: {},
      changes: [{ kind: "insert", table: "aliases", record }, aliasQuota(key)],
      responseElements: { keyId: key.arn },
      resources: [keyResource(accountId, key.arn), keyResource(accountId, arn)],
    };
  },
  record: ({ AliasName, TargetKeyId }) => ({ aliasName: AliasName, targetKeyId: TargetKeyId }),
});
