/** GetPublicKey: the public half of an asymmetric key, as DER SubjectPublicKeyInfo (RFC 5280). */
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { algorithmMembers, hasPublicKey } from "../../key-algorithms.ts";
import { currentMaterial, wrappedMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const getPublicKey = keyOperation("GetPublicKey", {
  input: { KeyId: shape.keyReference, GrantTokens: shape.optional(shape.grantTokens) },
  readOnly: true,
  uses: [
    {
      action: "GetPublicKey",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: true,
      state: "not pending deletion",
    },
  ],
  async run({ key, store, vault }) {
    // A symmetric or HMAC key has no half that could be shown.
    if (!hasPublicKey(key.keySpec)) throw new KmsError("UnsupportedOperationException");
    const material = await currentMaterial(store, key);
    const { publicKey } = await askVault(vault, "derivePublicKey", {
      material: wrappedMaterial(key, material),
    });
    // Someone who can write to the store might have others encrypt to a key of theirs.
    if (material.publicKey === null || Buffer.compare(material.publicKey, publicKey) !== 0) {
      throw new Error(`the public key stored for ${key.arn} is not the one of its key material`);
    }
    const output: Output<"GetPublicKey"> = {
      KeyId: key.arn,
      PublicKey: publicKey,
      CustomerMasterKeySpec: key.keySpec as Output<"GetPublicKey">["CustomerMasterKeySpec"],
      KeySpec: key.keySpec as KeySpec,
      KeyUsage: key.keyUsage as KeyUsageType,
      ...algorithmMembers(key),
    };
    return { output };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
