/** VerifyMac: compared inside the vault in constant time. A MAC that differs is a refusal, never false. */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { macInput, macRecord, macUse } from "../../macs.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVaultToOpen } from "../../vault.ts";

export const verifyMac = keyOperation("VerifyMac", {
  input: { ...macInput, Mac: shape.blob({ min: 1, max: 6144 }) },
  readOnly: true,
  countsAsUsage: true,
  uses: [{ ...macUse, action: "VerifyMac" }],
  async run({ input, key, store, vault }) {
    const verified = await askVaultToOpen(vault, "verifyMac", {
      material: wrappedMaterial(key, await currentMaterial(store, key)),
      algorithm: input.MacAlgorithm,
      message: input.Message,
      mac: input.Mac,
    });
    if (verified === undefined) throw new KmsError("KMSInvalidMacException");
    const output: Output<"VerifyMac"> = {
      KeyId: key.arn,
      MacValid: true,
      MacAlgorithm: input.MacAlgorithm,
    };
    return { output };
  },
  record: macRecord,
});
