/** ReEncrypt: from one key or encryption context to another, without the plaintext leaving the vault. */
import type { Output } from "../../contract.ts";
import {
  contextConditions,
  ignoresCiphertext,
  openedBy,
  requireCiphertext,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { encryptionAlgorithms, symmetricDefault } from "../../key-spec.ts";
import { type ConditionFacts, type KeyInUse, keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVaultToOpen } from "../../vault.ts";

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
    canonicalContext(input.SourceEncryptionContext);
    canonicalContext(input.DestinationEncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      action: "ReEncryptFrom",
      reference: ({ SourceKeyId }) => SourceKeyId,
      ciphertext: (input) => (ignoresCiphertext(input) ? undefined : input.CiphertextBlob),
      algorithm: ({ SourceEncryptionAlgorithm }) => SourceEncryptionAlgorithm ?? symmetricDefault,
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
      conditions: ({ DestinationEncryptionAlgorithm, DestinationEncryptionContext }) =>
        contextConditions(DestinationEncryptionAlgorithm, DestinationEncryptionContext),
      keyConditions: onSameKey,
    },
  ],

  async run({ input, keys, store, vault }) {
    const [from, to] = keys;
    if (to === undefined) throw new Error("the corridor found one key only");
    const source = openedBy(from);
    const destination = { key: to.key, material: await currentMaterial(store, to.key) };
    const reply = await askVaultToOpen(vault, "reEncrypt", {
      source: wrappedMaterial(source.key, source.material),
      sourceEncryptionContext: canonicalContext(input.SourceEncryptionContext),
      ciphertextBlob: input.CiphertextBlob ?? new Uint8Array(),
      destination: wrappedMaterial(destination.key, destination.material),
      destinationEncryptionContext: canonicalContext(input.DestinationEncryptionContext),
    });
    if (reply === undefined) throw new KmsError("InvalidCiphertextException");
    const output: Output<"ReEncrypt"> = {
      CiphertextBlob: reply.ciphertextBlob,
      SourceKeyId: source.key.arn,
      KeyId: destination.key.arn,
      SourceEncryptionAlgorithm: symmetricDefault,
      DestinationEncryptionAlgorithm: symmetricDefault,
      SourceKeyMaterialId: source.material.keyMaterialId,
      DestinationKeyMaterialId: destination.material.keyMaterialId,
    };
    return {
      output,
      additionalEventData: {
        sourceKeyMaterialId: source.material.keyMaterialId,
        destinationKeyMaterialId: destination.material.keyMaterialId,
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
