/** Sign: a signature with a private key that never leaves the vault. */
import type { Output } from "../../contract.ts";
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
import { askVault } from "../../vault.ts";

export const sign = keyOperation("Sign", {
  input: { ...signatureInput, Message: shape.blob({ min: 1, max: 4096 }) },
  readOnly: true,
  countsAsUsage: true,
  uses: [{ ...signatureUse, action: "Sign", check: requireSoundMessage }],

  async run({ input, key, store, vault }) {
    const { signature } = await askVault(vault, "sign", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      algorithm: input.SigningAlgorithm,
      messageType: messageTypeOf(input),
      message: input.Message,
    });
    const output: Output<"Sign"> = {
      KeyId: key.arn,
      Signature: signature,
      SigningAlgorithm: input.SigningAlgorithm,
    };
    return { output };
  },

  record: signatureRecord,
});
