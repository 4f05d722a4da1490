/** The external key that a new KMS key is to stand for: there, fit, and nobody else's. */
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import { type ExternalKeyMetadata, hasFailed } from "../service/external-keys.ts";
import type { CustomKeyStoreRecord } from "../store/records.ts";
import { KmsError } from "./errors.ts";
import {
  type KeyStorePlace,
  placeIn,
  proxyOf,
  requireConnected,
  requireKeyStore,
  requireType,
} from "./key-stores.ts";
import type { Desk } from "./operation.ts";
import { keyCreationFailed } from "./xks-failures.ts";

/** Asks the proxy about the external key. Nothing for a key with another origin. */
export async function findExternalPlace(
  { Origin, CustomKeyStoreId = "", XksKeyId: xksKeyId = "" }: CreateKeyRequest,
  desk: Desk,
): Promise<KeyStorePlace | undefined> {
  if (Origin !== "EXTERNAL_KEY_STORE") return undefined;
  const keyStore = await requireKeyStore(CustomKeyStoreId, desk);
  requireType(keyStore, Origin);
  requireConnected(keyStore, "Connect it before you create keys in it.");
  await requireUnused(keyStore, xksKeyId, desk);
  await requireFitKey(keyStore, xksKeyId, desk);
  return placeIn(keyStore, { origin: Origin, xksKeyId });
}

async function requireUnused(
  keyStore: CustomKeyStoreRecord,
  xksKeyId: string,
  { store }: Desk,
): Promise<void> {
  if ((await store.findKeyOfExternalKey(keyStore, xksKeyId)) === undefined) return;
  throw new KmsError(
    "XksKeyAlreadyInUseException",
    `The external key ${xksKeyId} is already associated with another KMS key in this external key store.`,
  );
}

async function requireFitKey(
  keyStore: CustomKeyStoreRecord,
  xksKeyId: string,
  { externalKeys, caller, facts }: Desk,
): Promise<void> {
  // In a path they lead elsewhere, so no proxy can have a key of that name.
  if (xksKeyId === "." || xksKeyId === "..") throw keyCreationFailed("KeyNotFoundException");
  const metadata = await externalKeys.describe(
    { proxy: proxyOf(keyStore), xksKeyId },
    {
      kmsOperation: "CreateKey",
      kmsRequestId: facts.requestId,
      awsPrincipalArn: caller.arn,
    },
  );
  if (hasFailed(metadata)) throw keyCreationFailed(metadata.failed);
  const fault = faultOf(metadata);
  if (fault !== undefined) throw new KmsError("XksKeyInvalidConfigurationException", fault);
}

/** What is wrong with an external key, in AWS's words. */
function faultOf({ keySpec, keyUsage, keyStatus }: ExternalKeyMetadata): string | undefined {
  if (keySpec !== "AES_256") {
    return (
      "The key spec of the external key must be AES_256. " +
      `The key spec of specified external key is ${keySpec}.`
    );
  }
  if (keyStatus !== "ENABLED") {
    return (
      "The status of the external key must be ENABLED. " +
      `The status of specified external key is ${keyStatus}.`
    );
  }
  if (keyUsage.includes("ENCRYPT") && keyUsage.includes("DECRYPT")) return undefined;
  return (
    "The key usage of the external key must include ENCRYPT and DECRYPT. " +
    `The key use of specified external key is ${keyUsage.join(", ")}.`
  );
}
