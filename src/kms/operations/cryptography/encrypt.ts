/**
 * Encrypt: up to 4,096 bytes of plaintext in, one ciphertext blob out.
 *
 * The encryption context is bound into the blob as associated data, so Decrypt must be
 * given the same context.
 */
import type { Output } from "../../contract.ts";
import { contextConditions, symmetricUse } from "../../cryptographic-use.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { encryptionAlgorithms, symmetricDefault } from "../../key-spec.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const encrypt = keyOperation("Encrypt", {
  input: {
    KeyId: shape.keyReference,
    Plaintext: shape.blob({ min: 1, max: 4096 }),
    EncryptionContext: shape.optional(shape.encryptionContext),
    GrantTokens: shape.optional(shape.grantTokens),
    EncryptionAlgorithm: shape.optional(shape.oneOf(encryptionAlgorithms)),
    DryRun: shape.optional(shape.flag),
  },
  readOnly: true,
  countsAsUsage: true,
  validate: ({ EncryptionContext }) => void canonicalContext(EncryptionContext),
  uses: [
    {
      ...symmetricUse,
      action: "Encrypt",
      reference: ({ KeyId }) => KeyId,
      algorithm: ({ EncryptionAlgorithm }) => EncryptionAlgorithm ?? symmetricDefault,
      conditions: ({ EncryptionAlgorithm, EncryptionContext }) =>
        contextConditions(EncryptionAlgorithm, EncryptionContext),
    },
  ],

  async run({ input, key, store, vault }) {
    const material = await currentMaterial(store, key);
    const { ciphertextBlob } = await askVault(vault, "encrypt", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      plaintext: input.Plaintext,
    });
    const output: Output<"Encrypt"> = {
      CiphertextBlob: ciphertextBlob,
      KeyId: key.arn,
      EncryptionAlgorithm: symmetricDefault,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },

  record: ({ KeyId, EncryptionAlgorithm, EncryptionContext, DryRun }) => ({
    keyId: KeyId,
    encryptionAlgorithm: EncryptionAlgorithm ?? symmetricDefault,
    encryptionContext: EncryptionContext,
    dryRun: DryRun,
  }),
});
