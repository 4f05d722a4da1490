/** What GenerateMac and VerifyMac have in common. */
import type { MacAlgorithmSpec } from "@aws-sdk/client-kms";
import type { ConditionFacts } from "./operation.ts";
import * as shape from "./shapes.ts";

const macAlgorithms = [
  "HMAC_SHA_224",
  "HMAC_SHA_256",
  "HMAC_SHA_384",
  "HMAC_SHA_512",
] as const satisfies readonly MacAlgorithmSpec[];

export const macInput = {
  Message: shape.blob({ min: 1, max: 4096 }),
  KeyId: shape.keyReference,
  MacAlgorithm: shape.oneOf<MacAlgorithmSpec>(macAlgorithms),
  GrantTokens: shape.optional(shape.grantTokens),
  DryRun: shape.optional(shape.flag),
};

interface MacInput {
  readonly KeyId: string;
  readonly MacAlgorithm: MacAlgorithmSpec;
  readonly DryRun?: boolean | undefined;
}

export const macUse = {
  acceptsAlias: true,
  state: "enabled",
  usage: "GENERATE_VERIFY_MAC",
  reference: ({ KeyId }: MacInput): string => KeyId,
  algorithm: ({ MacAlgorithm }: MacInput): string => MacAlgorithm,
  conditions: ({ MacAlgorithm }: MacInput): ConditionFacts => ({
    "kms:MacAlgorithm": MacAlgorithm,
  }),
} as const;

export function macRecord({ KeyId, MacAlgorithm, DryRun }: MacInput) {
  return { keyId: KeyId, macAlgorithm: MacAlgorithm, dryRun: DryRun };
}
