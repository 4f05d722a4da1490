/**
 * Encrypt: up to 4,096 bytes of plaintext in, one ciphertext out.
 *
 * A symmetric key makes a ciphertext blob that names it, with the encryption context bound
 * in as associated data, so Decrypt must be given the same context. An RSA key makes a
 * plain OAEP block, an SM2 key a structure in DER.
 */
import type { Output } from "../../contract.ts";
import {
  algorithmOf,
  contextConditions,
  isSymmetric,
  refuseContext,
  requireFittingPlaintext,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { encryptOutside } from "../../double-encryption.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { symmetricDefault } from "../../key-algorithms.ts";
import { currentMaterial, shownMaterialId, wrappedMaterial } from "../../key-material.ts";
import { encryptionAlgorithms } from "../../key-spec.ts";
import { keyOperation, type KeyCall } from "../../operation.ts";
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
      algorithm: algorithmOf,
      encryptionContext: ({ EncryptionContext }) => EncryptionContext,
      check(input, key) {
        refuseContext(input.EncryptionContext, key);
        requireFittingPlaintext(input.Plaintext, algorithmOf(input), key);
      },
      conditions: ({ EncryptionAlgorithm, EncryptionContext }) =>
        contextConditions(EncryptionAlgorithm, EncryptionContext),
    },
  ],

  run: (call) => (isSymmetric(call.key) ? encryptSymmetric(call) : encryptAsymmetric(call)),

  record: (input) => ({
    keyId: input.KeyId,
    encryptionAlgorithm: algorithmOf(input),
    encryptionContext: input.EncryptionContext,
    dryRun: input.DryRun,
  }),
});

async function encryptSymmetric({ input, key, store, vault, ...desk }: KeyCall<"Encrypt">) {
  const found = currentMaterial(store, key);
  const material = found instanceof Promise ? await found : found;
  const { ciphertextBlob } = await askVault(vault, "encrypt", {
    material: wrappedMaterial(key, material),
    encryptionContext: canonicalContext(input.EncryptionContext),
    plaintext: input.Plaintext,
  });
  const use = { operation: "Encrypt", key, context: input.EncryptionContext } as const;
  const outer = encryptOutside(ciphertextBlob, use, desk);
  const output: Output<"Encrypt"> = {
    CiphertextBlob: outer instanceof Promise ? await outer : outer,
    KeyId: key.arn,
    EncryptionAlgorithm: symmetricDefault,
  };
  return { output, additionalEventData: { keyMaterialId: shownMaterialId(key, material) } };
}

async function encryptAsymmetric({ input, key, store, vault }: KeyCall<"Encrypt">) {
  const algorithm = algorithmOf(input);
  const { ciphertext } = await askVault(vault, "rsaEncrypt", {
    material: wrappedMaterial(key, await currentMaterial(store, key)),
    algorithm,
    plaintext: input.Plaintext,
  });
  const output: Output<"Encrypt"> = {
    CiphertextBlob: ciphertext,
    KeyId: key.arn,
    EncryptionAlgorithm: algorithm,
  };
  return { output };
}
