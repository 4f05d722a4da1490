/** ListKeys: every key of the account in this Region, AWS managed keys included. */
import type { Output } from "../../contract.ts";
import { keyArn } from "../../key.ts";
import { accountOperation } from "../../operation.ts";
import { listPage } from "../../pages.ts";
import { sentOrNull } from "../../recorded.ts";
import * as shape from "../../shapes.ts";

export const listKeys = accountOperation("ListKeys", {
  input: {
    Limit: shape.optional(shape.limitUpTo(1000)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  async run({ input, ...desk }) {
    const { accountId } = desk.caller;
    const { region } = desk.facts;
    const { items, truncated } = await listPage(
      desk,
      { of: "ListKeys", limit: input.Limit, defaultLimit: 100, marker: input.Marker },
      async (page) => await desk.store.listKeyIds(accountId, region, page),
      (keyId) => keyId,
    );
    const Keys = items.map((keyId) => ({
      KeyId: keyId,
      KeyArn: keyArn({ accountId, region, keyId }),
    }));
    const output: Output<"ListKeys"> = { Keys, ...truncated };
    return { output };
  },
  record: ({ Limit, Marker }) => sentOrNull({ limit: Limit, marker: Marker }),
});
