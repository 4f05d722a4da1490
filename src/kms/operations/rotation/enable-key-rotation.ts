/** EnableKeyRotation: every so many days from now the key gets new key material. */
import { changed } from "../../key.ts";
import { keyOperation } from "../../operation.ts";
import { defaultRotationPeriodDays, nextRotation, requireRotatable } from "../../rotation.ts";
import * as shape from "../../shapes.ts";

export const enableKeyRotation = keyOperation("EnableKeyRotation", {
  input: {
    KeyId: shape.keyReference,
    RotationPeriodInDays: shape.optional(shape.integer({ min: 90, max: 2560 })),
  },
  readOnly: false,
  emptyBody: true,
  uses: [
    {
      action: "EnableKeyRotation",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      origin: "AWS_KMS",
      state: "enabled",
      conditions: ({ RotationPeriodInDays }) => ({
        "kms:RotationPeriodInDays": RotationPeriodInDays?.toString(),
      }),
    },
  ],
  run({ input, key, nowMs }) {
    requireRotatable(key);
    const rotationPeriodDays = input.RotationPeriodInDays ?? defaultRotationPeriodDays;
    const nextRotationAtMs = nextRotation(rotationPeriodDays, nowMs);
    const record = changed(key, { rotationPeriodDays, nextRotationAtMs });
    return Promise.resolve({
      output: {},
      changes: [{ kind: "update", table: "keys", record }],
      responseElements: { keyId: key.arn },
    });
  },
  record: ({ KeyId, RotationPeriodInDays }) => ({
    keyId: KeyId,
    rotationPeriodInDays: RotationPeriodInDays,
  }),
});
