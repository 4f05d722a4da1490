/** GenerateDataKeyPairWithoutPlaintext: the private half is sealed before it leaves the vault. */
import type { Output } from "../../contract.ts";
import { dataKeyPairInput, dataKeyPairRecord, dataKeyPairUse } from "../../data-key-pairs.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import { askVault } from "../../vault.ts";

const name = "GenerateDataKeyPairWithoutPlaintext";

export const generateDataKeyPairWithoutPlaintext = keyOperation(name, {
  input: dataKeyPairInput,
  readOnly: true,
  countsAsUsage: true,
  uses: [{ ...dataKeyPairUse, action: name }],
  async run({ input, key, store, vault }) {
    const material = await currentMaterial(store, key);
    const pair = await askVault(vault, "generateDataKeyPairWithoutPlaintext", {
      material: wrappedMaterial(key, material),
      encryptionContext: canonicalContext(input.EncryptionContext),
      keyPairSpec: input.KeyPairSpec,
    });
    const output: Output<typeof name> = {
      PrivateKeyCiphertextBlob: pair.privateKeyCiphertextBlob,
      PublicKey: pair.publicKey,
      KeyId: key.arn,
      KeyPairSpec: input.KeyPairSpec,
      KeyMaterialId: material.keyMaterialId,
    };
    return { output, additionalEventData: { keyMaterialId: material.keyMaterialId } };
  },
  record: dataKeyPairRecord,
});
