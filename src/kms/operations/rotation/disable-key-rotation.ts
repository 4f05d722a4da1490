/** DisableKeyRotation: idempotent. */
import { keyOperation, useOfKeyId } from "../../operation.ts";
import { setRotationPeriod } from "../../rotation-schedule.ts";
import * as shape from "../../shapes.ts";

export const disableKeyRotation = keyOperation("DisableKeyRotation", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  uses: useOfKeyId("DisableKeyRotation", { origin: "AWS_KMS", state: "enabled" }),
  run: async ({ key, ...desk }) => await setRotationPeriod(key, null, desk),
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
