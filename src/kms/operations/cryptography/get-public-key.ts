/** GetPublicKey: the public half of an asymmetric key, as DER SubjectPublicKeyInfo (RFC 5280). */
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { KeyMaterialRecord } from "../../../store/records.ts";
import type { VaultClient } from "../../../vault-protocol/commands.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { externalOrigin } from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { algorithmMembers, hasPublicKey } from "../../key-algorithms.ts";
import { currentMaterialIfAny, wrappedMaterial } from "../../key-material.ts";
import { pendingImport } from "../../key-state.ts";
import { keyOperation } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { askVault, askVaultToOpen } from "../../vault.ts";

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
    const material = await currentMaterialIfAny(store, key);
    if (material === undefined) throw pendingImport(key);
    const publicKey = await publicKeyOf(key, material, vault);
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

/**
 * The public half of the key material, as the vault derives it: someone who can write to the
 * store might have others encrypt to a key of theirs. For that of imported key material that
 * was deleted the vault vouches.
 */
async function publicKeyOf(
  key: Key,
  material: KeyMaterialRecord,
  vault: VaultClient,
): Promise<Uint8Array> {
  const { publicKey: stored, wrapped } = material;
  if (stored === null) throw new Error(`the public key of ${key.arn} is not stored`);
  if (wrapped === null && key.origin === externalOrigin) {
    const { keyMaterialId } = material;
    const asked = { keyId: key.keyId, keyMaterialId, publicKey: stored };
    // A copy: what stays in the store's cache is nobody's to wipe.
    if (await askVaultToOpen(vault, "vouchForPublicKey", asked)) return Buffer.from(stored);
  } else {
    const sent = { material: wrappedMaterial(key, material) };
    const { publicKey } = await askVault(vault, "derivePublicKey", sent);
    if (Buffer.compare(stored, publicKey) === 0) return publicKey;
  }
  throw new Error(`the public key stored for ${key.arn} is not the one of its key material`);
}
