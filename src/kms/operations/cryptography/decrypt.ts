/**
 * Decrypt: one ciphertext blob in, the plaintext out. The blob names the key; a KeyId in
 * the request must name the same one. Whatever is wrong with a blob is the same refusal.
 */
import type { Output } from "../../contract.ts";
import {
  contextConditions,
  ignoresCiphertext,
  openedBy,
  refuseRecipient,
  requireCiphertext,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { KmsError } from "../../errors.ts";
import { wrappedMaterial } from "../../key-material.ts";
import { encryptionAlgorithms, symmetricDefault } from "../../key-spec.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVaultToOpen } from "../../vault.ts";

export const decrypt = keyOperation("Decrypt", {
  input: {
    CiphertextBlob: shape.optional(shape.blob({ min: 1, max: 6144 })),
    EncryptionContext: shape.optional(shape.encryptionContext),
    GrantTokens: shape.optional(shape.grantTokens),
    KeyId: shape.optional(shape.keyReference),
    EncryptionAlgorithm: shape.optional(shape.oneOf(encryptionAlgorithms)),
    Recipient: shape.optional(shape.recipient),
    DryRun: shape.optional(shape.flag),
    DryRunModifiers: shape.optional(shape.dryRunModifiers),
  },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  validate(input) {
    refuseRecipient(input.Recipient);
    requireCiphertext(input, { member: "KeyId", reference: input.KeyId });
    canonicalContext(input.EncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      action: "Decrypt",
      reference: ({ KeyId }) => KeyId,
      ciphertext: (input) => (ignoresCiphertext(input) ? undefined : input.CiphertextBlob),
      algorithm: ({ EncryptionAlgorithm }) => EncryptionAlgorithm ?? symmetricDefault,
      conditions: ({ EncryptionAlgorithm, EncryptionContext }) =>
        contextConditions(EncryptionAlgorithm, EncryptionContext),
    },
  ],

  async run({ input, keys, vault }) {
    const { key, material } = openedBy(keys[0]);
    const opened = await askVaultToOpen(vault, "decrypt", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      ciphertextBlob: input.CiphertextBlob ?? new Uint8Array(),
    });
    if (opened === undefined) throw new KmsError("InvalidCiphertextException");
    const output: Output<"Decrypt"> = {
      KeyId: key.arn,
      Plaintext: opened.plaintext,
      EncryptionAlgorithm: symmetricDefault,
      KeyMaterialId: material.keyMaterialId,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },

  record: ({ KeyId, EncryptionAlgorithm, EncryptionContext, DryRun }) => ({
    encryptionAlgorithm: EncryptionAlgorithm ?? symmetricDefault,
    encryptionContext: EncryptionContext,
    keyId: KeyId,
    dryRun: DryRun,
  }),
});
