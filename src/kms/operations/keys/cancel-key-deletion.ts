/** CancelKeyDeletion: the key is saved, and disabled until someone enables it. */
import type { Output } from "../../contract.ts";
import { changed } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const cancelKeyDeletion = keyOperation("CancelKeyDeletion", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  uses: useOfKeyId("CancelKeyDeletion", { state: "pending deletion" }),
  run({ key }) {
    const record = changed(key, { keyState: "Disabled", deletionAtMs: null });
    const output: Output<"CancelKeyDeletion"> = { KeyId: key.arn };
    return Promise.resolve({
      output,
      changes: [{ kind: "update", table: "keys", record }],
      responseElements: { keyId: key.arn },
    });
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
