/**
 * Every KMS operation, by its wire name. The type asks for a row for each operation
 * the SDK knows, so a new SDK release that brings a new one will not build without it.
 */
import type { OperationName } from "./contract.ts";
import type { Operation } from "./operation.ts";
import { createAlias } from "./operations/aliases/create-alias.ts";
import { deleteAlias } from "./operations/aliases/delete-alias.ts";
import { listAliases } from "./operations/aliases/list-aliases.ts";
import { updateAlias } from "./operations/aliases/update-alias.ts";
import { decapsulate } from "./operations/cryptography/decapsulate.ts";
import { deriveSharedSecret } from "./operations/cryptography/derive-shared-secret.ts";
import { encapsulate } from "./operations/cryptography/encapsulate.ts";
import { generateDataKeyPair } from "./operations/cryptography/generate-data-key-pair.ts";
import { generateDataKeyPairWithoutPlaintext } from "./operations/cryptography/generate-data-key-pair-without-plaintext.ts";
import { generateMac } from "./operations/cryptography/generate-mac.ts";
import { getPublicKey } from "./operations/cryptography/get-public-key.ts";
import { sign } from "./operations/cryptography/sign.ts";
import { verify } from "./operations/cryptography/verify.ts";
import { verifyMac } from "./operations/cryptography/verify-mac.ts";
import { decrypt } from "./operations/cryptography/decrypt.ts";
import { encrypt } from "./operations/cryptography/encrypt.ts";
import { generateDataKeyWithoutPlaintext } from "./operations/cryptography/generate-data-key-without-plaintext.ts";
import { generateDataKey } from "./operations/cryptography/generate-data-key.ts";
import { generateRandom } from "./operations/cryptography/generate-random.ts";
import { reEncrypt } from "./operations/cryptography/re-encrypt.ts";
import { createGrant } from "./operations/grants/create-grant.ts";
import { listGrants } from "./operations/grants/list-grants.ts";
import { listRetirableGrants } from "./operations/grants/list-retirable-grants.ts";
import { retireGrant } from "./operations/grants/retire-grant.ts";
import { revokeGrant } from "./operations/grants/revoke-grant.ts";
import { deleteImportedKeyMaterial } from "./operations/import/delete-imported-key-material.ts";
import { getParametersForImport } from "./operations/import/get-parameters-for-import.ts";
import { importKeyMaterial } from "./operations/import/import-key-material.ts";
import { connectCustomKeyStore } from "./operations/custom-key-stores/connect-custom-key-store.ts";
import { createCustomKeyStore } from "./operations/custom-key-stores/create-custom-key-store.ts";
import { deleteCustomKeyStore } from "./operations/custom-key-stores/delete-custom-key-store.ts";
import { describeCustomKeyStores } from "./operations/custom-key-stores/describe-custom-key-stores.ts";
import { disconnectCustomKeyStore } from "./operations/custom-key-stores/disconnect-custom-key-store.ts";
import { updateCustomKeyStore } from "./operations/custom-key-stores/update-custom-key-store.ts";
import { cancelKeyDeletion } from "./operations/keys/cancel-key-deletion.ts";
import { createKey } from "./operations/keys/create-key.ts";
import { describeKey } from "./operations/keys/describe-key.ts";
import { disableKey } from "./operations/keys/disable-key.ts";
import { enableKey } from "./operations/keys/enable-key.ts";
import { getKeyLastUsage } from "./operations/keys/get-key-last-usage.ts";
import { listKeys } from "./operations/keys/list-keys.ts";
import { scheduleKeyDeletion } from "./operations/keys/schedule-key-deletion.ts";
import { updateKeyDescription } from "./operations/keys/update-key-description.ts";
import { replicateKey } from "./operations/multi-region/replicate-key.ts";
import { updatePrimaryRegion } from "./operations/multi-region/update-primary-region.ts";
import { getKeyPolicy } from "./operations/policies/get-key-policy.ts";
import { listKeyPolicies } from "./operations/policies/list-key-policies.ts";
import { putKeyPolicy } from "./operations/policies/put-key-policy.ts";
import { disableKeyRotation } from "./operations/rotation/disable-key-rotation.ts";
import { enableKeyRotation } from "./operations/rotation/enable-key-rotation.ts";
import { getKeyRotationStatus } from "./operations/rotation/get-key-rotation-status.ts";
import { listKeyRotations } from "./operations/rotation/list-key-rotations.ts";
import { rotateKeyOnDemand } from "./operations/rotation/rotate-key-on-demand.ts";
import { listResourceTags } from "./operations/tags/list-resource-tags.ts";
import { tagResource } from "./operations/tags/tag-resource.ts";
import { untagResource } from "./operations/tags/untag-resource.ts";

export const operations: { readonly [Name in OperationName]: Operation<Name> } = {
  // keys
  CancelKeyDeletion: cancelKeyDeletion,
  CreateKey: createKey,
  DescribeKey: describeKey,
  DisableKey: disableKey,
  EnableKey: enableKey,
  GetKeyLastUsage: getKeyLastUsage,
  ListKeys: listKeys,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  UpdateKeyDescription: updateKeyDescription,

  // cryptography
  Decapsulate: decapsulate,
  Decrypt: decrypt,
  DeriveSharedSecret: deriveSharedSecret,
  Encapsulate: encapsulate,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: generateMac,
  GenerateRandom: generateRandom,
  GetPublicKey: getPublicKey,
  ReEncrypt: reEncrypt,
  Sign: sign,
  Verify: verify,
  VerifyMac: verifyMac,

  // aliases
  CreateAlias: createAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
  UpdateAlias: updateAlias,

  // grants
  CreateGrant: createGrant,
  ListGrants: listGrants,
  ListRetirableGrants: listRetirableGrants,
  RetireGrant: retireGrant,
  RevokeGrant: revokeGrant,

  // policies
  GetKeyPolicy: getKeyPolicy,
  ListKeyPolicies: listKeyPolicies,
  PutKeyPolicy: putKeyPolicy,

  // tags
  ListResourceTags: listResourceTags,
  TagResource: tagResource,
  UntagResource: untagResource,

  // rotation
  DisableKeyRotation: disableKeyRotation,
  EnableKeyRotation: enableKeyRotation,
  GetKeyRotationStatus: getKeyRotationStatus,
  ListKeyRotations: listKeyRotations,
  RotateKeyOnDemand: rotateKeyOnDemand,

  // import
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,

  // multi-region
  ReplicateKey: replicateKey,
  UpdatePrimaryRegion: updatePrimaryRegion,

  // custom-key-stores
  ConnectCustomKeyStore: connectCustomKeyStore,
  CreateCustomKeyStore: createCustomKeyStore,
  DeleteCustomKeyStore: deleteCustomKeyStore,
  DescribeCustomKeyStores: describeCustomKeyStores,
  DisconnectCustomKeyStore: disconnectCustomKeyStore,
  UpdateCustomKeyStore: updateCustomKeyStore,
};

export function operationNamed<Name extends OperationName>(name: Name): Operation<Name> {
  return operations[name];
}
