/**
 * Decrypt: one ciphertext in, the plaintext out. A symmetric ciphertext blob names the key,
 * and a KeyId in the request must name the same one; an asymmetric ciphertext does not. Whatever
 * is wrong with a ciphertext is the same refusal.
 */
import type { Output } from "../../contract.ts";
import {
  algorithmOf,
  contextConditions,
  ignoresCiphertext,
  isSymmetric,
  openedBy,
  refuseContext,
  requireCiphertext,
  requireNamedKey,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { decryptOutside } from "../../double-encryption.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, shownMaterialId, wrappedMaterial } from "../../key-material.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { encryptionAlgorithms } from "../../key-spec.ts";
import { keyOperation, type KeyCall } from "../../operation.ts";
import { forRecipient } from "../../recipients.ts";
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
    const key = { member: "KeyId", reference: input.KeyId };
    requireCiphertext(input, key);
    requireNamedKey(algorithmOf(input), key);
    canonicalContext(input.EncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      action: "Decrypt",
      reference: ({ KeyId }) => KeyId,
      ciphertext: (input) =>
        ignoresCiphertext(input) || algorithmOf(input) !== symmetricDefault
          ? undefined
          : input.CiphertextBlob,
      algorithm: algorithmOf,
      encryptionContext: ({ EncryptionContext }) => EncryptionContext,
      check: ({ EncryptionContext }, key) => refuseContext(EncryptionContext, key),
      conditions: ({ EncryptionAlgorithm, EncryptionContext }) =>
        contextConditions(EncryptionAlgorithm, EncryptionContext),
    },
  ],

  run: (call) => (isSymmetric(call.key) ? decryptSymmetric(call) : decryptAsymmetric(call)),

  record: (input) => ({
    encryptionAlgorithm: algorithmOf(input),
    encryptionContext: input.EncryptionContext,
    keyId: input.KeyId,
    dryRun: input.DryRun,
    dryRunModifiers: input.DryRunModifiers,
  }),
});

async function decryptSymmetric({ input, keys, vault, recipient, ...desk }: KeyCall<"Decrypt">) {
  const { key, material } = openedBy(keys[0]);
  const keyMaterialId = shownMaterialId(key, material);
  const blob = input.CiphertextBlob ?? new Uint8Array();
  const use = { operation: "Decrypt", key, context: input.EncryptionContext } as const;
  const inner = decryptOutside(blob, use, desk);
  const request = {
    material: wrappedMaterial(key, material),
    encryptionContext: canonicalContext(input.EncryptionContext),
    ciphertextBlob: inner instanceof Promise ? await inner : inner,
  };
  const opened =
    recipient === undefined
      ? await askVaultToOpen(vault, "decrypt", request)
      : await askVaultToOpen(vault, "decryptForRecipient", forRecipient(request, recipient));
  if (opened === undefined) throw new KmsError("InvalidCiphertextException");
  const output: Output<"Decrypt"> = {
    KeyId: key.arn,
    EncryptionAlgorithm: symmetricDefault,
    ...("envelope" in opened
      ? { CiphertextForRecipient: opened.envelope }
      : { Plaintext: opened.plaintext, KeyMaterialId: keyMaterialId }),
  };
  return { output, additionalEventData: { keyMaterialId } };
}

async function decryptAsymmetric({ input, key, store, vault, recipient }: KeyCall<"Decrypt">) {
  const algorithm = algorithmOf(input);
  const request = {
    material: wrappedMaterial(key, await currentMaterial(store, key)),
    algorithm,
    ciphertext: input.CiphertextBlob ?? new Uint8Array(),
  };
  const opened =
    recipient === undefined
      ? await askVaultToOpen(vault, "rsaDecrypt", request)
      : await askVaultToOpen(vault, "rsaDecryptForRecipient", forRecipient(request, recipient));
  if (opened === undefined) throw new KmsError("InvalidCiphertextException");
  const output: Output<"Decrypt"> = {
    KeyId: key.arn,
    EncryptionAlgorithm: algorithm,
    ...("envelope" in opened
      ? { CiphertextForRecipient: opened.envelope }
      : { Plaintext: opened.plaintext }),
  };
  return { output };
}
