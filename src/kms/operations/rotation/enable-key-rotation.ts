/** EnableKeyRotation: every so many days from now the key gets new key material. */
import { keyOperation } from "../../operation.ts";
import { defaultRotationPeriodDays } from "../../rotation.ts";
import { setRotationPeriod } from "../../rotation-schedule.ts";
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
  run: async ({ input, key, ...desk }) =>
    await setRotationPeriod(key, input.RotationPeriodInDays ?? defaultRotationPeriodDays, desk),
  record: ({ KeyId, RotationPeriodInDays }) => ({
    keyId: KeyId,
    rotationPeriodInDays: RotationPeriodInDays,
  }),
});
