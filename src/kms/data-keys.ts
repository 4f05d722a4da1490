/** What the two operations that make data keys have in common. */
import type { DataKeySpec } from "@aws-sdk/client-kms";
import { contextConditions, symmetricUse } from "./cryptographic-use.ts";
import { canonicalContext, type EncryptionContext } from "./encryption-context.ts";
import { KmsError } from "./errors.ts";
import type { ConditionFacts } from "./operation.ts";
import * as shape from "./shapes.ts";

export const dataKeyInput = {
  KeyId: shape.keyReference,
  EncryptionContext: shape.optional(shape.encryptionContext),
  NumberOfBytes: shape.optional(shape.integer({ min: 1, max: 1024 })),
  KeySpec: shape.optional(shape.oneOf<DataKeySpec>(["AES_256", "AES_128"])),
  GrantTokens: shape.optional(shape.grantTokens),
  DryRun: shape.optional(shape.flag),
};

interface DataKeyInput {
  readonly KeyId: string;
  readonly EncryptionContext?: EncryptionContext | undefined;
  readonly NumberOfBytes?: number | undefined;
  readonly KeySpec?: DataKeySpec | undefined;
  readonly DryRun?: boolean | undefined;
}

/** Exactly one of the two ways to say how long a data key is to be, and a sound context. */
export function requireSoundDataKey(input: DataKeyInput): void {
  if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
    throw new KmsError("ValidationException", "Please specify either number of bytes or key spec.");
  }
  canonicalContext(input.EncryptionContext);
}

export const dataKeyUse = {
  ...symmetricUse,
  symmetricOnly: true,
  reference: ({ KeyId }: DataKeyInput): string => KeyId,
  encryptionContext: ({ EncryptionContext: context }: DataKeyInput) => context,
  conditions: ({ EncryptionContext: context }: DataKeyInput): ConditionFacts =>
    contextConditions(undefined, context),
} as const;

/** The length of a data key, in bytes. */
export function dataKeyLength({ NumberOfBytes, KeySpec }: DataKeyInput): number {
  return NumberOfBytes ?? (KeySpec === "AES_128" ? 16 : 32);
}

export function dataKeyRecord(input: DataKeyInput) {
  return {
    keyId: input.KeyId,
    encryptionContext: input.EncryptionContext,
    keySpec: input.KeySpec,
    numberOfBytes: input.NumberOfBytes,
    dryRun: input.DryRun,
  };
}
