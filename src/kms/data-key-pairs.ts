/** What the two operations that make data key pairs have in common. */
import type { DataKeyPairSpec } from "@aws-sdk/client-kms";
import { contextConditions, symmetricUse } from "./cryptographic-use.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import { externalOrigin } from "./imported-material.ts";
import { requireOrigin } from "./key-origin.ts";
import { rsaAndEccSpecs } from "./key-spec.ts";
import type { Key } from "./key.ts";
import type { ConditionFacts } from "./operation.ts";
import { refuseSm2 } from "./partition-limits.ts";
import * as shape from "./shapes.ts";

const pairSpecs = [
  ...rsaAndEccSpecs,
  "SM2",
  "ECC_NIST_EDWARDS25519",
  "ML_KEM_512",
  "ML_KEM_768",
  "ML_KEM_1024",
] as const satisfies readonly DataKeyPairSpec[];

export const dataKeyPairInput = {
  EncryptionContext: shape.optional(shape.encryptionContext),
  KeyId: shape.keyReference,
  KeyPairSpec: shape.oneOf<DataKeyPairSpec>(pairSpecs),
  GrantTokens: shape.optional(shape.grantTokens),
  DryRun: shape.optional(shape.flag),
};

interface DataKeyPairInput {
  readonly KeyId: string;
  readonly KeyPairSpec: DataKeyPairSpec;
  readonly EncryptionContext?: EncryptionContext | undefined;
  readonly DryRun?: boolean | undefined;
}

export const dataKeyPairUse = {
  ...symmetricUse,
  state: "not disabled",
  symmetricOnly: true,
  reference: ({ KeyId }: DataKeyPairInput): string => KeyId,
  encryptionContext: ({ EncryptionContext: context }: DataKeyPairInput) => context,
  check({ KeyPairSpec }: DataKeyPairInput, key: Key): void {
    requireOrigin(key, "AWS_KMS", externalOrigin);
    refuseSm2(KeyPairSpec, key.region);
  },
  conditions: ({ KeyPairSpec, EncryptionContext: context }: DataKeyPairInput): ConditionFacts => ({
    ...contextConditions(undefined, context),
    "kms:DataKeyPairSpec": KeyPairSpec,
  }),
} as const;

export function dataKeyPairRecord(input: DataKeyPairInput) {
  return {
    keyId: input.KeyId,
    keyPairSpec: input.KeyPairSpec,
    encryptionContext: input.EncryptionContext,
    dryRun: input.DryRun,
  };
}
