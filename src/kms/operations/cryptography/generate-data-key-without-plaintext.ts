/** GenerateDataKeyWithoutPlaintext: a data key that is sealed before it leaves the vault. */
import type { Output } from "../../contract.ts";
import {
  contextConditions,
  dataKeyLength,
  requireOneLength,
  symmetricUse,
} from "../../cryptographic-use.ts";
import { canonicalContext } from "../../encryption-context.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateDataKeyWithoutPlaintext = keyOperation("GenerateDataKeyWithoutPlaintext", {
  input: {
    KeyId: shape.keyReference,
    EncryptionContext: shape.optional(shape.encryptionContext),
    NumberOfBytes: shape.optional(shape.integer({ min: 1, max: 1024 })),
    KeySpec: shape.optional(shape.oneOf(["AES_256", "AES_128"])),
    GrantTokens: shape.optional(shape.grantTokens),
    DryRun: shape.optional(shape.flag),
  },
  readOnly: true,
  countsAsUsage: true,
  validate(input) {
    requireOneLength(input);
    canonicalContext(input.EncryptionContext);
  },
  uses: [
    {
      ...symmetricUse,
      symmetricOnly: true,
      action: "GenerateDataKeyWithoutPlaintext",
      reference: ({ KeyId }) => KeyId,
      conditions: ({ EncryptionContext }) => contextConditions(undefined, EncryptionContext),
    },
  ],

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

  record: ({ KeyId, KeySpec, NumberOfBytes, EncryptionContext, DryRun }) => ({
    keyId: KeyId,
    encryptionContext: EncryptionContext,
    keySpec: KeySpec,
    numberOfBytes: NumberOfBytes,
    dryRun: DryRun,
  }),
});
