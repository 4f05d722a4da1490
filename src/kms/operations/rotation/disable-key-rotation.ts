/** DisableKeyRotation: idempotent. */
import { changed } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import { requireRotatable } from "../../rotation.ts";
import * as shape from "../../shapes.ts";

export const disableKeyRotation = keyOperation("DisableKeyRotation", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  uses: useOfKeyId("DisableKeyRotation", { origin: "AWS_KMS", state: "enabled" }),
  run({ key }) {
    requireRotatable(key);
    const record = changed(key, { rotationPeriodDays: null, nextRotationAtMs: null });
    return Promise.resolve({
      output: {},
      changes: [{ kind: "update", table: "keys", record }],
      responseElements: { keyId: key.arn },
    });
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
