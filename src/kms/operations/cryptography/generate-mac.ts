/** GenerateMac: a keyed hash (RFC 2104) of a message, never truncated. */
import type { Output } from "../../contract.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { macInput, macRecord, macUse } from "../../macs.ts";
import { keyOperation } from "../../operation.ts";
import { askVault } from "../../vault.ts";

export const generateMac = keyOperation("GenerateMac", {
  input: macInput,
  readOnly: true,
  countsAsUsage: true,
  uses: [{ ...macUse, action: "GenerateMac" }],
  async run({ input, key, store, vault }) {
    const { mac } = await askVault(vault, "generateMac", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      algorithm: input.MacAlgorithm,
      message: input.Message,
    });
    const output: Output<"GenerateMac"> = {
      Mac: mac,
      MacAlgorithm: input.MacAlgorithm,
      KeyId: key.arn,
    };
    return { output };
  },
  record: macRecord,
});
