/** TagResource: adds tags, or gives known ones another value. */
import type { TagResourceRequest } from "@aws-sdk/client-kms";
import { changed } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { mergeTags, recordedTags, requireSoundTags, tagConditions, tagList } from "../../tags.ts";

export const tagResource = keyOperation("TagResource", {
  input: { KeyId: shape.keyReference, Tags: tagList },
  readOnly: false,
  emptyBody: true,
  validate: ({ Tags }: Pick<TagResourceRequest, "Tags">) => void requireSoundTags(Tags ?? []),
  uses: [
    {
      action: "TagResource",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "not pending deletion",
      conditions: ({ Tags }) => tagConditions(Tags),
    },
  ],
  run({ input, key }) {
    const tags = mergeTags(key.tags, requireSoundTags(input.Tags));
    return Promise.resolve({
      output: {},
      changes: [{ kind: "update", table: "keys", record: changed(key, { tags }) }],
      responseElements: { keyId: key.arn },
    });
  },
  record: ({ KeyId, Tags }) => ({ keyId: KeyId, tags: recordedTags(Tags) }),
});
