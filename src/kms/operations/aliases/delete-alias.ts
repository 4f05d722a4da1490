/** DeleteAlias: the key it stood for is left as it is. */
import { requireIdentityAction } from "../../authorize.ts";
import { requireOwnAliasName } from "../../alias-name.ts";
import { aliasArn, keyResource } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import { requireAlias } from "../../require-alias.ts";
import * as shape from "../../shapes.ts";

export const deleteAlias = keyOperation("DeleteAlias", {
  input: { AliasName: shape.aliasName },
  readOnly: false,
  emptyBody: true,
  validate: ({ AliasName }) => requireOwnAliasName(AliasName),
  uses: [
    {
      action: "DeleteAlias",
      reference: ({ AliasName }) => AliasName,
      acceptsAlias: true,
      state: "any",
    },
  ],
  async run({ input, key, ...desk }) {
    const arn = aliasArn(key.accountId, key.region, input.AliasName);
    requireIdentityAction("DeleteAlias", arn, desk);
    const record = await requireAlias(desk.store, key, input.AliasName);
    return {
      output: {},
      changes: [{ kind: "delete", table: "aliases", record }],
      responseElements: { keyId: key.arn },
      resources: [keyResource(key.accountId, arn), keyResource(key.accountId, key.arn)],
    };
  },
  record: ({ AliasName }) => ({ aliasName: AliasName }),
});
