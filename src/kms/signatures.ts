/** What Sign and Verify have in common: the same input, the same checks, the same record. */
import type { MessageType, SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { KmsError } from "./errors.ts";
import type { ConditionFacts } from "./operation.ts";
import * as shape from "./shapes.ts";

const signingAlgorithms = [
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "ECDSA_SHA_256",
  "ECDSA_SHA_384",
  "ECDSA_SHA_512",
  "SM2DSA",
  "ML_DSA_SHAKE_256",
  "ED25519_SHA_512",
  "ED25519_PH_SHA_512",
] as const satisfies readonly SigningAlgorithmSpec[];

const messageTypes = ["RAW", "DIGEST", "EXTERNAL_MU"] as const satisfies readonly MessageType[];

export const signatureInput = {
  KeyId: shape.keyReference,
  MessageType: shape.optional(shape.oneOf<MessageType>(messageTypes)),
  GrantTokens: shape.optional(shape.grantTokens),
  SigningAlgorithm: shape.oneOf<SigningAlgorithmSpec>(signingAlgorithms),
  DryRun: shape.optional(shape.flag),
};

interface SignatureInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MessageType?: MessageType | undefined;
  readonly SigningAlgorithm: SigningAlgorithmSpec;
  readonly DryRun?: boolean | undefined;
}

export const signatureUse = {
  acceptsAlias: true,
  state: "enabled",
  usage: "SIGN_VERIFY",
  reference: ({ KeyId }: SignatureInput): string => KeyId,
  algorithm: ({ SigningAlgorithm }: SignatureInput): string => SigningAlgorithm,
  conditions: (input: SignatureInput): ConditionFacts => ({
    "kms:SigningAlgorithm": input.SigningAlgorithm,
    "kms:MessageType": messageTypeOf(input),
  }),
} as const;

export function messageTypeOf({ MessageType: type }: Pick<SignatureInput, "MessageType">) {
  return type ?? "RAW";
}

/** The one algorithm that signs no whole message: its caller hashes first. */
const prehashed = "ED25519_PH_SHA_512";

/** The length in bytes of what an algorithm signs in place of the message, by message type. */
const lengths: Readonly<Record<string, { readonly [Type in MessageType]?: number }>> = {
  RSASSA_PKCS1_V1_5_SHA_256: { DIGEST: 32 },
  RSASSA_PKCS1_V1_5_SHA_384: { DIGEST: 48 },
  RSASSA_PKCS1_V1_5_SHA_512: { DIGEST: 64 },
  RSASSA_PSS_SHA_256: { DIGEST: 32 },
  RSASSA_PSS_SHA_384: { DIGEST: 48 },
  RSASSA_PSS_SHA_512: { DIGEST: 64 },
  ECDSA_SHA_256: { DIGEST: 32 },
  ECDSA_SHA_384: { DIGEST: 48 },
  ECDSA_SHA_512: { DIGEST: 64 },
  SM2DSA: { DIGEST: 32 },
  ED25519_SHA_512: {},
  [prehashed]: { DIGEST: 64 },
  ML_DSA_SHAKE_256: { EXTERNAL_MU: 64 },
};

/** Refuses a message type the algorithm does not take, and a digest or µ of another length. */
export function requireSoundMessage(input: SignatureInput): void {
  const { SigningAlgorithm: algorithm, Message } = input;
  const type = messageTypeOf(input);
  if (type === "RAW" && algorithm !== prehashed) return;
  const length = lengths[algorithm]?.[type];
  if (length === undefined) {
    throw new KmsError(
      "ValidationException",
      `MessageType ${type} is not supported for algorithm ${algorithm}.`,
    );
  }
  if (Message.length !== length) {
    throw new KmsError(
      "ValidationException",
      `Digest is invalid length for algorithm ${algorithm}.`,
    );
  }
}

export function signatureRecord(input: SignatureInput): Readonly<Record<string, unknown>> {
  return {
    keyId: input.KeyId,
    messageType: messageTypeOf(input),
    signingAlgorithm: input.SigningAlgorithm,
    dryRun: input.DryRun,
  };
}
