/** UpdateKeyDescription: an empty description clears it. */
import { changed } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const updateKeyDescription = keyOperation("UpdateKeyDescription", {
  input: { KeyId: shape.keyReference, Description: shape.text({ min: 0, max: 8192 }) },
  readOnly: false,
  emptyBody: true,
  uses: useOfKeyId("UpdateKeyDescription", { state: "not pending deletion" }),
  run: ({ input, key }) =>
    Promise.resolve({
      output: {},
      changes: [
        { kind: "update", table: "keys", record: changed(key, { description: input.Description }) },
      ],
      responseElements: { keyId: key.arn },
    }),
  record: ({ KeyId, Description }) => ({ keyId: KeyId, description: Description }),
});
