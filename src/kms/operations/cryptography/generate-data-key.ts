/** GenerateDataKey: a key for the caller's data, in plaintext to use now and sealed to keep. */
import type { Output } from "../../contract.ts";
import { refuseRecipient } from "../../cryptographic-use.ts";
import {
  dataKeyInput,
  dataKeyLength,
  dataKeyRecord,
  dataKeyUse,
  requireSoundDataKey,
} from "../../data-keys.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateDataKey = keyOperation("GenerateDataKey", {
  input: { ...dataKeyInput, Recipient: shape.optional(shape.recipient) },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  validate(input) {
    refuseRecipient(input.Recipient);
    requireSoundDataKey(input);
  },
  uses: [{ ...dataKeyUse, action: "GenerateDataKey" }],

  async run({ input, key, store, vault }) {
    const material = await currentMaterial(store, key);
    const { plaintext, ciphertextBlob } = await askVault(vault, "generateDataKey", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      lengthBytes: dataKeyLength(input),
    });
    const output: Output<"GenerateDataKey"> = {
      CiphertextBlob: ciphertextBlob,
      Plaintext: plaintext,
      KeyId: key.arn,
      KeyMaterialId: material.keyMaterialId,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },

  record: dataKeyRecord,
});
