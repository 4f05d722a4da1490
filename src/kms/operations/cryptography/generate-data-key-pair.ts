/** GenerateDataKeyPair: a key pair for the caller, its private half in plaintext and sealed. */
import type { Output } from "../../contract.ts";
import { dataKeyPairInput, dataKeyPairRecord, dataKeyPairUse } from "../../data-key-pairs.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { forRecipient } from "../../recipients.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateDataKeyPair = keyOperation("GenerateDataKeyPair", {
  input: { ...dataKeyPairInput, Recipient: shape.optional(shape.recipient) },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  uses: [{ ...dataKeyPairUse, action: "GenerateDataKeyPair" }],
  async run({ input, key, store, vault, recipient }) {
    const material = await currentMaterial(store, key);
    const request = {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      keyPairSpec: input.KeyPairSpec,
    };
    const pair =
      recipient === undefined
        ? await askVault(vault, "generateDataKeyPair", request)
        : await askVault(
            vault,
            "generateDataKeyPairForRecipient",
            forRecipient(request, recipient),
          );
    const output: Output<"GenerateDataKeyPair"> = {
      PrivateKeyCiphertextBlob: pair.privateKeyCiphertextBlob,
      PublicKey: pair.publicKey,
      KeyId: key.arn,
      KeyPairSpec: input.KeyPairSpec,
      KeyMaterialId: material.keyMaterialId,
      ...("envelope" in pair
        ? { CiphertextForRecipient: pair.envelope }
        : { PrivateKeyPlaintext: pair.privateKey }),
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },
  record: dataKeyPairRecord,
});
