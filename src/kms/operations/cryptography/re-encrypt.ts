/** ReEncrypt: from one key or encryption context to another, without the plaintext leaving the vault. */
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { Store } from "../../../store/store.ts";
import type { Checked, Input, Output } from "../../contract.ts";
import {
  algorithmOf,
  contextConditions,
  ignoresCiphertext,
  isSymmetric,
  openedBy,
  plaintextTooLong,
  refuseContext,
  requireCiphertext,
  requireNamedKey,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { decryptOutside, encryptOutside } from "../../double-encryption.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { KmsError } from "../../errors.ts";
import type { Key } from "../../key.ts";
import { currentMaterial, shownMaterialId, wrappedMaterial } from "../../key-material.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { encryptionAlgorithms } from "../../key-spec.ts";
import { type ConditionFacts, type KeyInUse, keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
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
    const source = { member: "SourceKeyId", reference: input.SourceKeyId };
    requireCiphertext(input, source);
    requireNamedKey(sourceAlgorithm(input), source);
    canonicalContext(input.SourceEncryptionContext);
    canonicalContext(input.DestinationEncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      action: "ReEncryptFrom",
      reference: ({ SourceKeyId }) => SourceKeyId,
      ciphertext: (input) =>
        ignoresCiphertext(input) || sourceAlgorithm(input) !== symmetricDefault
          ? undefined
          : input.CiphertextBlob,
      algorithm: sourceAlgorithm,
      encryptionContext: ({ SourceEncryptionContext }) => SourceEncryptionContext,
      check: ({ SourceEncryptionContext }, key) => refuseContext(SourceEncryptionContext, key),
      conditions: ({ SourceEncryptionAlgorithm, SourceEncryptionContext }) =>
        contextConditions(SourceEncryptionAlgorithm, SourceEncryptionContext),
      keyConditions: onSameKey,
    },
    {
      ...symmetricUse,
      action: "ReEncryptTo",
      reference: ({ DestinationKeyId }) => DestinationKeyId,
      algorithm: destinationAlgorithm,
      encryptionContext: ({ DestinationEncryptionContext }) => DestinationEncryptionContext,
      check: ({ DestinationEncryptionContext }, key) =>
        refuseContext(DestinationEncryptionContext, key),
      conditions: ({ DestinationEncryptionAlgorithm, DestinationEncryptionContext }) =>
        contextConditions(DestinationEncryptionAlgorithm, DestinationEncryptionContext),
      keyConditions: onSameKey,
    },
  ],

  async run({ input, keys, store, vault, ...desk }) {
    const [from, to] = keys;
    if (to === undefined) throw new Error("the corridor found one key only");
    const source = await sourceOf(from, store);
    const destination = { key: to.key, material: await currentMaterial(store, to.key) };
    const algorithms = { source: sourceAlgorithm(input), destination: destinationAlgorithm(input) };
    const blob = input.CiphertextBlob ?? new Uint8Array();
    const request = {
      source: wrappedMaterial(source.key, source.material),
      sourceAlgorithm: algorithms.source,
      sourceEncryptionContext: canonicalContext(input.SourceEncryptionContext),
      ciphertextBlob: await decryptOutside(
        blob,
        { operation: "ReEncrypt", key: source.key, context: input.SourceEncryptionContext },
        desk,
      ),
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
      CiphertextBlob: await encryptOutside(
        reply.ciphertextBlob,
        {
          operation: "ReEncrypt",
          key: destination.key,
          context: input.DestinationEncryptionContext,
        },
        desk,
      ),
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
    sourceEncryptionAlgorithm: sourceAlgorithm(input),
    sourceEncryptionContext: input.SourceEncryptionContext,
    sourceKeyId: input.SourceKeyId,
    destinationKeyId: input.DestinationKeyId,
    destinationEncryptionAlgorithm: destinationAlgorithm(input),
    destinationEncryptionContext: input.DestinationEncryptionContext,
    dryRun: input.DryRun,
    dryRunModifiers: input.DryRunModifiers,
  }),
});

function onSameKey([from, to]: readonly KeyInUse[]): ConditionFacts {
  return { "kms:ReEncryptOnSameKey": String(from?.key.arn === to?.key.arn) };
}

function sourceAlgorithm({ SourceEncryptionAlgorithm: named }: Checked<Input<"ReEncrypt">>) {
  return algorithmOf({ EncryptionAlgorithm: named });
}

function destinationAlgorithm({
  DestinationEncryptionAlgorithm: named,
}: Checked<Input<"ReEncrypt">>) {
  return algorithmOf({ EncryptionAlgorithm: named });
}

interface Side {
  readonly key: Key;
  readonly material: KeyMaterialRecord;
}

async function sourceOf(found: KeyInUse, store: Store): Promise<Side> {
  if (isSymmetric(found.key)) return openedBy(found);
  return { key: found.key, material: await currentMaterial(store, found.key) };
}

function materialId({ key, material }: Side): string | undefined {
  return shownMaterialId(key, material);
}
