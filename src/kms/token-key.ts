/** The key in a token that stands behind a KMS key of origin AWS_CLOUDHSM: named, made, destroyed. */
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import type { TokenKey } from "../service/token-keys.ts";
import type { CustomKeyStoreRecord, KeyMaterialRecord } from "../store/records.ts";
import type { Key } from "./key.ts";
import {
  type KeyStorePlace,
  placeIn,
  requireConnected,
  requireKeyStore,
  requireType,
} from "./key-stores.ts";
import type { NewKey } from "./new-key.ts";
import type { Desk, Outcome } from "./operation.ts";
import { tokenKeyStoreOf } from "./token-key-store.ts";
import { hasProblem, tokenKeyNotMade } from "./token-failures.ts";

export const tokenOrigin = "AWS_CLOUDHSM";

/** The key store of type AWS_CLOUDHSM that a new key is to be in: connected. Nothing for a key with another origin. */
export async function findTokenPlace(
  { Origin, CustomKeyStoreId = "" }: CreateKeyRequest,
  desk: Desk,
): Promise<KeyStorePlace | undefined> {
  if (Origin !== tokenOrigin) return undefined;
  const keyStore = await requireKeyStore(CustomKeyStoreId, desk);
  requireType(keyStore, tokenOrigin);
  requireConnected(keyStore, "Connect it before you create keys in it.");
  return placeIn(keyStore, { origin: Origin });
}

/**
 * Makes the key in the token, under the name of the key material in the vault that it goes
 * with; gives what AWS puts on record of it, and how to undo it. Nothing for a key store of
 * the other type.
 */
export async function makeTokenKey(
  { key, material }: NewKey,
  { keyStore }: KeyStorePlace,
  { tokenKeys }: Pick<Desk, "tokenKeys">,
): Promise<Pick<Outcome<"CreateKey">, "additionalEventData" | "takeBack">> {
  if (key.origin !== tokenOrigin) return {};
  if (material === undefined) throw new Error(`${key.arn} has no key material`);
  const tokenKey = tokenKeyOf(keyStore, material.reference);
  const made = await tokenKeys.create(tokenKey, key.arn);
  if (hasProblem(made)) throw tokenKeyNotMade(made.failed);
  const { keyHandle } = made;
  const backingKey = JSON.stringify({ keyHandle, backingKeyId: material.reference });
  return {
    additionalEventData: { backingKey },
    // One that cannot be destroyed now stays where it is, of use to nobody.
    takeBack: async () => void (await tokenKeys.destroy(tokenKey)),
  };
}

export function tokenKeyOf(keyStore: CustomKeyStoreRecord, reference: string): TokenKey {
  return { keyStore: tokenKeyStoreOf(keyStore), tokenKeyId: Buffer.from(reference, "hex") };
}

/** The backing keys of a key, as its deletion is put on record. Nothing for a key in no token. */
export function backingKeysOf(
  { origin, customKeyStoreId }: Pick<Key, "origin" | "customKeyStoreId">,
  materials: readonly Pick<KeyMaterialRecord, "reference">[],
): { readonly customKeyStoreId: string; readonly backingKeys: string } | undefined {
  if (origin !== tokenOrigin || customKeyStoreId === null) return undefined;
  const backingKeys = materials.map(({ reference }) => ({ backingKeyId: reference }));
  return { customKeyStoreId, backingKeys: JSON.stringify(backingKeys) };
}
