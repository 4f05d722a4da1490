/** GetKeyRotationStatus: whether and when the key is rotated automatically. */
import type { Output } from "../../contract.ts";
import type { Key } from "../../key.ts";
import { isToBeDeleted } from "../../key-state.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const getKeyRotationStatus = keyOperation("GetKeyRotationStatus", {
  input: { KeyId: shape.keyReference },
  readOnly: true,
  uses: useOfKeyId("GetKeyRotationStatus", { origin: "AWS_KMS", state: "any" }),
  run({ key }) {
    const output: Output<"GetKeyRotationStatus"> = { KeyId: key.arn, ...scheduleOf(key) };
    return Promise.resolve({ output });
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});

function scheduleOf(key: Key) {
  const { rotationPeriodDays, nextRotationAtMs } = key;
  // A key that is pending deletion is not rotated; its schedule comes back when it is saved.
  if (rotationPeriodDays === null || nextRotationAtMs === null)
    return { KeyRotationEnabled: false };
  if (isToBeDeleted(key)) return { KeyRotationEnabled: false };
  return {
    KeyRotationEnabled: true,
    RotationPeriodInDays: rotationPeriodDays,
    NextRotationDate: new Date(nextRotationAtMs),
  };
}
