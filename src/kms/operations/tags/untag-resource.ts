/** UntagResource: tag keys that the key does not have are passed over. */
import { changed } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { tagKey } from "../../tags.ts";

export const untagResource = keyOperation("UntagResource", {
  input: { KeyId: shape.keyReference, TagKeys: shape.listOf(tagKey) },
  readOnly: false,
  emptyBody: true,
  uses: [
    {
      action: "UntagResource",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "not pending deletion",
      conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
    },
  ],
  run({ input, key }) {
    const tags = key.tags.filter(({ TagKey }) => !input.TagKeys.includes(TagKey));
    return Promise.resolve({
      output: {},
      changes: [{ kind: "update", table: "keys", record: changed(key, { tags }) }],
      responseElements: { keyId: key.arn },
    });
  },
  record: ({ KeyId, TagKeys }) => ({ keyId: KeyId, tagKeys: TagKeys }),
});
