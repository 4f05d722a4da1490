/** DeriveSharedSecret: the raw x coordinate of an elliptic curve Diffie-Hellman agreement (NIST SP 800-56A). */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { forRecipient } from "../../recipients.ts";
import * as shape from "../../shapes.ts";
import { askVaultToOpen } from "../../vault.ts";

export const deriveSharedSecret = keyOperation("DeriveSharedSecret", {
  input: {
    KeyId: shape.keyReference,
    KeyAgreementAlgorithm: shape.oneOf(["ECDH"]),
    PublicKey: shape.blob({ min: 1, max: 8192 }),
    GrantTokens: shape.optional(shape.grantTokens),
    DryRun: shape.optional(shape.flag),
    Recipient: shape.optional(shape.recipient),
  },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  uses: [
    {
      action: "DeriveSharedSecret",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: true,
      state: "enabled",
      usage: "KEY_AGREEMENT",
      algorithm: ({ KeyAgreementAlgorithm }) => KeyAgreementAlgorithm,
      conditions: ({ KeyAgreementAlgorithm }) => ({
        "kms:KeyAgreementAlgorithm": KeyAgreementAlgorithm,
      }),
    },
  ],
  async run({ input, key, store, vault, recipient }) {
    const request = {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      publicKey: input.PublicKey,
    };
    const derived =
      recipient === undefined
        ? await askVaultToOpen(vault, "deriveSharedSecret", request)
        : await askVaultToOpen(
            vault,
            "deriveSharedSecretForRecipient",
            forRecipient(request, recipient),
          );
    // AWS says no more than this of a public key it cannot use.
    if (derived === undefined) throw new KmsError("ValidationException");
    const output: Output<"DeriveSharedSecret"> = {
      KeyId: key.arn,
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyOrigin: key.origin as Output<"DeriveSharedSecret">["KeyOrigin"],
      ...("envelope" in derived
        ? { CiphertextForRecipient: derived.envelope }
        : { SharedSecret: derived.sharedSecret }),
    };
    return { output };
  },
  record: ({ KeyId, KeyAgreementAlgorithm, DryRun }) => ({
    keyId: KeyId,
    keyAgreementAlgorithm: KeyAgreementAlgorithm,
    dryRun: DryRun,
  }),
});
