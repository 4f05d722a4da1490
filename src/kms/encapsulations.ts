/** What Encapsulate and Decapsulate have in common. */
import * as shape from "./shapes.ts";

export const encapsulationInput = {
  KeyId: shape.keyReference,
  EncapsulationAlgorithm: shape.oneOf(["ML_KEM"]),
  GrantTokens: shape.optional(shape.grantTokens),
  DryRun: shape.optional(shape.flag),
};

interface EncapsulationInput {
  readonly KeyId: string;
  readonly EncapsulationAlgorithm: "ML_KEM";
  readonly DryRun?: boolean | undefined;
}

export const encapsulationUse = {
  acceptsAlias: true,
  state: "enabled",
  usage: "ENCAPSULATE_DECAPSULATE",
  reference: ({ KeyId }: EncapsulationInput): string => KeyId,
  algorithm: ({ EncapsulationAlgorithm }: EncapsulationInput): string => EncapsulationAlgorithm,
} as const;

export function encapsulationRecord(input: EncapsulationInput) {
  return {
    keyId: input.KeyId,
    encapsulationAlgorithm: input.EncapsulationAlgorithm,
    dryRun: input.DryRun,
  };
}
