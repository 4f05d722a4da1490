/** GenerateDataKeyPair: a key pair for the caller, its private half in plaintext and sealed. */
import type { Output } from "../../contract.ts";
import { refuseRecipient } from "../../cryptographic-use.ts";
import { dataKeyPairInput, dataKeyPairRecord, dataKeyPairUse } from "../../data-key-pairs.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateDataKeyPair = keyOperation("GenerateDataKeyPair", {
  input: { ...dataKeyPairInput, Recipient: shape.optional(shape.recipient) },
  readOnly: true,
  sensitive: true,
  countsAsUsage: true,
  validate: ({ Recipient }) => refuseRecipient(Recipient),
  uses: [{ ...dataKeyPairUse, action: "GenerateDataKeyPair" }],
  async run({ input, key, store, vault }) {
    const material = await currentMaterial(store, key);
    const pair = await askVault(vault, "generateDataKeyPair", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      keyPairSpec: input.KeyPairSpec,
    });
    const output: Output<"GenerateDataKeyPair"> = {
      PrivateKeyCiphertextBlob: pair.privateKeyCiphertextBlob,
      PrivateKeyPlaintext: pair.privateKey,
      PublicKey: pair.publicKey,
      KeyId: key.arn,
      KeyPairSpec: input.KeyPairSpec,
      KeyMaterialId: material.keyMaterialId,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },
  record: dataKeyPairRecord,
});
