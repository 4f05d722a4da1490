/** Encapsulate: a shared secret, and the ciphertext from which the key's owner recovers it (FIPS 203). */
import type { Output } from "../../contract.ts";
import { encapsulationInput, encapsulationRecord, encapsulationUse } from "../../encapsulations.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { askVault } from "../../vault.ts";

export const encapsulate = keyOperation("Encapsulate", {
  input: encapsulationInput,
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  uses: [{ ...encapsulationUse, action: "Encapsulate" }],
  async run({ input, key, store, vault }) {
    const { sharedSecret, ciphertext } = await askVault(vault, "encapsulate", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
    });
    const output: Output<"Encapsulate"> = {
      KeyId: key.arn,
      SharedSecret: sharedSecret,
      SharedSecretCiphertextBlob: ciphertext,
      EncapsulationAlgorithm: input.EncapsulationAlgorithm,
    };
    return { output };
  },
  record: encapsulationRecord,
});
