/** GetPublicKey: the public half of an asymmetric key, as DER SubjectPublicKeyInfo (RFC 5280). */
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { algorithmMembers } from "../../key-algorithms.ts";
import { currentMaterial } from "../../key-material.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";

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
  async run({ key, store }) {
    const { publicKey } = await currentMaterial(store, key);
    // A symmetric or HMAC key has no half that could be shown.
    if (publicKey === null) throw new KmsError("UnsupportedOperationException");
    const output: Output<"GetPublicKey"> = {
      KeyId: key.arn,
      // A copy: what stays in the store's cache is nobody's to wipe.
      PublicKey: Buffer.from(publicKey),
      CustomerMasterKeySpec: key.keySpec as Output<"GetPublicKey">["CustomerMasterKeySpec"],
      KeySpec: key.keySpec as KeySpec,
      KeyUsage: key.keyUsage as KeyUsageType,
      ...algorithmMembers(key),
    };
    return { output };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
