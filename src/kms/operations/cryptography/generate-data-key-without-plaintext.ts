/** GenerateDataKeyWithoutPlaintext: a data key that is sealed before it leaves the vault. */
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
import { askVault } from "../../vault.ts";

export const generateDataKeyWithoutPlaintext = keyOperation("GenerateDataKeyWithoutPlaintext", {
  input: dataKeyInput,
  readOnly: true,
  countsAsUsage: true,
  validate: requireSoundDataKey,
  uses: [{ ...dataKeyUse, action: "GenerateDataKeyWithoutPlaintext" }],

  async run({ input, key, store, vault }) {
    const material = await currentMaterial(store, key);
    const { ciphertextBlob } = await askVault(vault, "generateDataKeyWithoutPlaintext", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      lengthBytes: dataKeyLength(input),
    });
    const output: Output<"GenerateDataKeyWithoutPlaintext"> = {
      CiphertextBlob: ciphertextBlob,
      KeyId: key.arn,
      KeyMaterialId: material.keyMaterialId,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },

  record: dataKeyRecord,
});
