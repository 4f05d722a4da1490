/** ListResourceTags: the tags of one key, by tag key. */
import type { Output } from "../../contract.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import { pageOf } from "../../pages.ts";
import * as shape from "../../shapes.ts";

export const listResourceTags = keyOperation("ListResourceTags", {
  input: {
    KeyId: shape.keyReference,
    Limit: shape.optional(shape.limitUpTo(50)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  uses: useOfKeyId("ListResourceTags", { state: "any" }),
  async run({ input, key, ...desk }) {
    const tags = key.tags.toSorted((a, b) => (a.TagKey < b.TagKey ? -1 : 1));
    const of = `ListResourceTags of ${key.keyId}`;
    const { items, truncated } = await pageOf(
      desk,
      { of, limit: input.Limit, defaultLimit: 50, marker: input.Marker },
      tags,
      ({ TagKey }) => TagKey,
    );
    const output: Output<"ListResourceTags"> = { Tags: [...items], ...truncated };
    return { output };
  },
  record: ({ KeyId, Limit, Marker }) => ({ keyId: KeyId, limit: Limit, marker: Marker }),
});
