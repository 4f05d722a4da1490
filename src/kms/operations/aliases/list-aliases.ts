/** ListAliases: of the account in this Region, or of one key. */
import type { AliasListEntry } from "@aws-sdk/client-kms";
import type { AliasRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { requireKey } from "../../find-key.ts";
import { aliasArn } from "../../key.ts";
import { accountOperation } from "../../operation.ts";
import { listPage } from "../../pages.ts";
import { sentOrNull } from "../../recorded.ts";
import * as shape from "../../shapes.ts";

export const listAliases = accountOperation("ListAliases", {
  input: {
    KeyId: shape.optional(shape.keyReference),
    Limit: shape.optional(shape.limitUpTo(100)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  async run({ input, ...desk }) {
    const { accountId } = desk.caller;
    const { region } = desk.facts;
    const lookup = { action: "ListAliases", acceptsAlias: false, crossAccount: false };
    const target =
      input.KeyId === undefined ? undefined : (await requireKey(input.KeyId, lookup, desk)).keyId;
    const of = `ListAliases of ${target ?? "all keys"}`;
    const { items, truncated } = await listPage(
      desk,
      { of, limit: input.Limit, defaultLimit: 50, marker: input.Marker },
      async (page) => await desk.store.listAliases(accountId, region, target, page),
      ({ aliasName }) => aliasName,
    );
    const output: Output<"ListAliases"> = { Aliases: items.map(entryOf), ...truncated };
    return { output };
  },
  record: ({ KeyId, Limit, Marker }) => sentOrNull({ keyId: KeyId, limit: Limit, marker: Marker }),
});

function entryOf(alias: AliasRecord): AliasListEntry {
  return {
    AliasName: alias.aliasName,
    AliasArn: aliasArn(alias.accountId, alias.region, alias.aliasName),
    TargetKeyId: alias.targetKeyId,
    CreationDate: new Date(alias.createdAtMs),
    LastUpdatedDate: new Date(alias.updatedAtMs),
  };
}
