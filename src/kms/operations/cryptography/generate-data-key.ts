/** GenerateDataKey: a key for the caller's data, in plaintext to use now and sealed to keep. */
import type { Output } from "../../contract.ts";
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
import { forRecipient } from "../../recipients.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateDataKey = keyOperation("GenerateDataKey", {
  input: { ...dataKeyInput, Recipient: shape.optional(shape.recipient) },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  validate: requireSoundDataKey,
  uses: [{ ...dataKeyUse, action: "GenerateDataKey" }],

  async run({ input, key, store, vault, recipient }) {
    const found = currentMaterial(store, key);
    const material = found instanceof Promise ? await found : found;
    const { keyMaterialId } = material;
    const request = {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      lengthBytes: dataKeyLength(input),
    };
    const made =
      recipient === undefined
        ? await askVault(vault, "generateDataKey", request)
        : await askVault(vault, "generateDataKeyForRecipient", forRecipient(request, recipient));
    const output: Output<"GenerateDataKey"> = {
      CiphertextBlob: made.ciphertextBlob,
      KeyId: key.arn,
      ...("envelope" in made
        ? { CiphertextForRecipient: made.envelope }
        : { Plaintext: made.plaintext, KeyMaterialId: keyMaterialId }),
    };
    return { output, additionalEventData: { keyMaterialId } };
  },

  record: dataKeyRecord,
});
