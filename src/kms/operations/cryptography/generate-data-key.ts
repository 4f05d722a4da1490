/** GenerateDataKey: a key for the caller's data, in plaintext to use now and sealed to keep. */
import type { Eventually } from "../../../lib/eventually.ts";
import { wipeBlobs } from "../../../lib/wipe.ts";
import type { VaultReply } from "../../../vault-protocol/commands.ts";
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
import type { OuterDesk, OuterUse } from "../../outer-keys.ts";
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

  async run({ input, key, store, vault, recipient, ...desk }) {
    const found = currentMaterial(store, key);
    const material = found instanceof Promise ? await found : found;
    const keyMaterialId = shownMaterialId(key, material);
    const request = {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      lengthBytes: dataKeyLength(input),
    };
    const made =
      recipient === undefined
        ? await askVault(vault, "generateDataKey", request)
        : await askVault(vault, "generateDataKeyForRecipient", forRecipient(request, recipient));
    const use = { operation: "GenerateDataKey", key, context: input.EncryptionContext } as const;
    const outer = sealOutside(made, use, desk);
    const output: Output<"GenerateDataKey"> = {
      CiphertextBlob: outer instanceof Promise ? await outer : outer,
      KeyId: key.arn,
      ...("envelope" in made
        ? { CiphertextForRecipient: made.envelope }
        : { Plaintext: made.plaintext, KeyMaterialId: keyMaterialId }),
    };
    return { output, additionalEventData: { keyMaterialId } };
  },

  record: dataKeyRecord,
});

type Made = VaultReply<"generateDataKey"> | VaultReply<"generateDataKeyForRecipient">;

/** A data key that cannot be sealed to the end has been made for nothing. */
function sealOutside(made: Made, use: OuterUse, desk: OuterDesk): Eventually<Uint8Array> {
  const outer = encryptOutside(made.ciphertextBlob, use, desk);
  if (!(outer instanceof Promise)) return outer;
  return outer.catch((error: unknown) => {
    wipeBlobs(made);
    throw error;
  });
}
