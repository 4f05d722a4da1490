/** ReEncrypt: from one key or encryption context to another, without the plaintext leaving the vault. */
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { Store } from "../../../store/store.ts";
import type { Checked, Input, Output } from "../../contract.ts";
import {
  contextConditions,
  ignoresCiphertext,
  isSymmetric,
  openedBy,
  plaintextTooLong,
  refuseContext,
  requireCiphertext,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { KmsError } from "../../errors.ts";
import type { Key } from "../../key.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { encryptionAlgorithms } from "../../key-spec.ts";
import { type ConditionFacts, type KeyInUse, keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { rsaAlgorithm } from "../../rsa-algorithm.ts";
import { askVaultToOpen, PlaintextTooLong } from "../../vault.ts";

export const reEncrypt = keyOperation("ReEncrypt", {
  input: {
    CiphertextBlob: shape.optional(shape.blob({ min: 1, max: 6144 })),
    SourceEncryptionContext: shape.optional(shape.encryptionContext),
    SourceKeyId: shape.optional(shape.keyReference),
    DestinationKeyId: shape.keyReference,
    DestinationEncryptionContext: shape.optional(shape.encryptionContext),
    SourceEncryptionAlgorithm: shape.optional(shape.oneOf(encryptionAlgorithms)),
    DestinationEncryptionAlgorithm: shape.optional(shape.oneOf(encryptionAlgorithms)),
    GrantTokens: shape.optional(shape.grantTokens),
    DryRun: shape.optional(shape.flag),
    DryRunModifiers: shape.optional(shape.dryRunModifiers),
  },
  readOnly: true,
  countsAsUsage: true,
  validate(input) {
    requireCiphertext(input, { member: "SourceKeyId", reference: input.SourceKeyId });
    if (namedSource(input) !== symmetricDefault && input.SourceKeyId === undefined) {
      throw new KmsError("ValidationException", "SourceKeyId is required for asymmetric keys.");
    }
    canonicalContext(input.SourceEncryptionContext);
    canonicalContext(input.DestinationEncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      action: "ReEncryptFrom",
      reference: ({ SourceKeyId }) => SourceKeyId,
      ciphertext: (input) =>
        ignoresCiphertext(input) || namedSource(input) !== symmetricDefault
          ? undefined
          : input.CiphertextBlob,
      algorithm: namedSource,
      check: ({ SourceEncryptionContext }, key) => refuseContext(SourceEncryptionContext, key),
      conditions: ({ SourceEncryptionAlgorithm, SourceEncryptionContext }) =>
        contextConditions(SourceEncryptionAlgorithm, SourceEncryptionContext),
      keyConditions: onSameKey,
    },
    {
      ...symmetricUse,
      action: "ReEncryptTo",
      reference: ({ DestinationKeyId }) => DestinationKeyId,
      algorithm: ({ DestinationEncryptionAlgorithm }) =>
        DestinationEncryptionAlgorithm ?? symmetricDefault,
      check: ({ DestinationEncryptionContext }, key) =>
        refuseContext(DestinationEncryptionContext, key),
      conditions: ({ DestinationEncryptionAlgorithm, DestinationEncryptionContext }) =>
        contextConditions(DestinationEncryptionAlgorithm, DestinationEncryptionContext),
      keyConditions: onSameKey,
    },
  ],

  async run({ input, keys, store, vault }) {
    const [from, to] = keys;
    if (to === undefined) throw new Error("the corridor found one key only");
    const source = await sourceOf(from, store);
    const destination = { key: to.key, material: await currentMaterial(store, to.key) };
    const algorithms = { source: sourceAlgorithm(input), destination: destinationAlgorithm(input) };
    const request = {
      source: wrappedMaterial(source.key, source.material),
      sourceAlgorithm: algorithms.source,
      sourceEncryptionContext: canonicalContext(input.SourceEncryptionContext),
      ciphertextBlob: input.CiphertextBlob ?? new Uint8Array(),
      destination: wrappedMaterial(destination.key, destination.material),
      destinationAlgorithm: algorithms.destination,
      destinationEncryptionContext: canonicalContext(input.DestinationEncryptionContext),
    };
    const reply = await askVaultToOpen(vault, "reEncrypt", request).catch((error: unknown) => {
      if (!(error instanceof PlaintextTooLong)) throw error;
      throw plaintextTooLong(algorithms.destination, destination.key);
    });
    if (reply === undefined) throw new KmsError("InvalidCiphertextException");
    const output: Output<"ReEncrypt"> = {
      CiphertextBlob: reply.ciphertextBlob,
      SourceKeyId: source.key.arn,
      KeyId: destination.key.arn,
      SourceEncryptionAlgorithm: algorithms.source,
      DestinationEncryptionAlgorithm: algorithms.destination,
      SourceKeyMaterialId: materialId(source),
      DestinationKeyMaterialId: materialId(destination),
    };
    return {
      output,
      additionalEventData: {
        sourceKeyMaterialId: materialId(source),
        destinationKeyMaterialId: materialId(destination),
      },
    };
  },

  record: (input) => ({
    sourceEncryptionAlgorithm: input.SourceEncryptionAlgorithm ?? symmetricDefault,
    sourceEncryptionContext: input.SourceEncryptionContext,
    sourceKeyId: input.SourceKeyId,
    destinationKeyId: input.DestinationKeyId,
    destinationEncryptionAlgorithm: input.DestinationEncryptionAlgorithm ?? symmetricDefault,
    destinationEncryptionContext: input.DestinationEncryptionContext,
    dryRun: input.DryRun,
  }),
});

function onSameKey([from, to]: readonly KeyInUse[]): ConditionFacts {
  return { "kms:ReEncryptOnSameKey": String(from?.key.arn === to?.key.arn) };
}

function namedSource({ SourceEncryptionAlgorithm }: Checked<Input<"ReEncrypt">>): string {
  return SourceEncryptionAlgorithm ?? symmetricDefault;
}

function sourceAlgorithm(input: Checked<Input<"ReEncrypt">>): VaultAlgorithm {
  return vaultAlgorithm(input.SourceEncryptionAlgorithm ?? symmetricDefault);
}

function destinationAlgorithm(input: Checked<Input<"ReEncrypt">>): VaultAlgorithm {
  return vaultAlgorithm(input.DestinationEncryptionAlgorithm ?? symmetricDefault);
}

type VaultAlgorithm = typeof symmetricDefault | ReturnType<typeof rsaAlgorithm>;

function vaultAlgorithm(algorithm: string): VaultAlgorithm {
  return algorithm === symmetricDefault ? symmetricDefault : rsaAlgorithm(algorithm);
}

interface Side {
  readonly key: Key;
  readonly material: KeyMaterialRecord;
}

async function sourceOf(found: KeyInUse, store: Store): Promise<Side> {
  if (isSymmetric(found.key)) return openedBy(found);
  return { key: found.key, material: await currentMaterial(store, found.key) };
}

/** Only symmetric keys have more than one key material, so only theirs is named. */
function materialId({ key, material }: Side): string | undefined {
  return isSymmetric(key) ? material.keyMaterialId : undefined;
}
