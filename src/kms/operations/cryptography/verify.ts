/** Verify: whether a signature was made with the key. A signature that was not is a refusal, never false. */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import {
  messageTypeOf,
  requireSoundMessage,
  signatureInput,
  signatureRecord,
  signatureUse,
} from "../../signatures.ts";
import { askVaultToOpen } from "../../vault.ts";

export const verify = keyOperation("Verify", {
  input: {
    ...signatureInput,
    Message: shape.blob({ min: 1, max: 4096 }),
    Signature: shape.blob({ min: 1, max: 6144 }),
  },
  readOnly: true,
  countsAsUsage: true,
  uses: [{ ...signatureUse, action: "Verify", check: requireSoundMessage }],

  async run({ input, key, store, vault }) {
    const verified = await askVaultToOpen(vault, "verify", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      algorithm: input.SigningAlgorithm,
      messageType: messageTypeOf(input),
      message: input.Message,
      signature: input.Signature,
    });
    if (verified === undefined) throw new KmsError("KMSInvalidSignatureException");
    const output: Output<"Verify"> = {
      KeyId: key.arn,
      SignatureValid: true,
      SigningAlgorithm: input.SigningAlgorithm,
    };
    return { output };
  },

  record: signatureRecord,
});
