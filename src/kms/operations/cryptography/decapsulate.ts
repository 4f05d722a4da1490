/**
 * Decapsulate: the shared secret that Encapsulate made. A ciphertext of the right length
 * that is not genuine gives a secret nobody knows, as FIPS 203 has it, not a refusal.
 */
import type { Output } from "../../contract.ts";
import { encapsulationInput, encapsulationRecord, encapsulationUse } from "../../encapsulations.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVaultToOpen } from "../../vault.ts";

export const decapsulate = keyOperation("Decapsulate", {
  input: { ...encapsulationInput, SharedSecretCiphertextBlob: shape.blob({ min: 1, max: 6144 }) },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  uses: [{ ...encapsulationUse, action: "Decapsulate" }],
  async run({ input, key, store, vault }) {
    const opened = await askVaultToOpen(vault, "decapsulate", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      ciphertext: input.SharedSecretCiphertextBlob,
    });
    if (opened === undefined) throw new KmsError("InvalidCiphertextException");
    const output: Output<"Decapsulate"> = {
      KeyId: key.arn,
      SharedSecret: opened.sharedSecret,
      EncapsulationAlgorithm: input.EncapsulationAlgorithm,
    };
    return { output };
  },
  record: encapsulationRecord,
});
