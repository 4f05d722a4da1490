/** GenerateDataKeyWithoutPlaintext: a data key that is sealed before it leaves the vault. */
import type { Output } from "../../contract.ts";
import {
  dataKeyInput,
  dataKeyLength,
  dataKeyRecord,
  dataKeyUse,
  requireSoundDataKey,
} from "../../data-keys.ts";
import { encryptOutside } from "../../double-encryption.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, shownMaterialId, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { askVault } from "../../vault.ts";

export const generateDataKeyWithoutPlaintext = keyOperation("GenerateDataKeyWithoutPlaintext", {
  input: dataKeyInput,
  readOnly: true,
  countsAsUsage: true,
  validate: requireSoundDataKey,
  uses: [{ ...dataKeyUse, action: "GenerateDataKeyWithoutPlaintext" }],

  async run({ input, key, store, vault, ...desk }) {
    const material = await currentMaterial(store, key);
    const { ciphertextBlob } = await askVault(vault, "generateDataKeyWithoutPlaintext", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      lengthBytes: dataKeyLength(input),
    });
    const use = {
      operation: "GenerateDataKeyWithoutPlaintext",
      key,
      context: input.EncryptionContext,
    } as const;
    const output: Output<"GenerateDataKeyWithoutPlaintext"> = {
      CiphertextBlob: await encryptOutside(ciphertextBlob, use, desk),
      KeyId: key.arn,
      KeyMaterialId: shownMaterialId(key, material),
    };
    return { output, additionalEventData: { keyMaterialId: output.KeyMaterialId } };
  },

  record: dataKeyRecord,
});
