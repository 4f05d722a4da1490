/** Custom key stores: found, named, and as others need to see them. */
import type { ExternalKeyName, XksProxy } from "../service/external-keys.ts";
import type { CustomKeyStoreRecord, KeyRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";
import type { Desk } from "./operation.ts";

type KeyStoreDesk = Pick<Desk, "store" | "caller" | "facts">;

/** More than an account may have in a Region. */
const atMost = 100;

/** The key store of that id in the caller's account and Region, or CustomKeyStoreNotFoundException. */
export async function requireKeyStore(
  customKeyStoreId: string,
  { store, caller, facts }: KeyStoreDesk,
): Promise<CustomKeyStoreRecord> {
  const name = { accountId: caller.accountId, region: facts.region, customKeyStoreId };
  const found = await store.findCustomKeyStore(name);
  if (found === undefined) throw notFound();
  return found;
}

/** All of the account in this Region: they are few. */
export async function allKeyStores({
  store,
  caller,
  facts,
}: KeyStoreDesk): Promise<readonly CustomKeyStoreRecord[]> {
  const page = { after: undefined, limit: atMost };
  return await store.listCustomKeyStores(caller.accountId, facts.region, page);
}

export function notFound(): KmsError {
  return new KmsError(
    "CustomKeyStoreNotFoundException",
    "AWS KMS cannot find a custom key store with the specified custom key store name or ID.",
  );
}

/** CustomKeyStoreInvalidStateException, saying which state it is in and what would do. */
export function invalidKeyStoreState(
  { customKeyStoreId, connectionState }: CustomKeyStoreRecord,
  wanted: string,
): KmsError {
  return new KmsError(
    "CustomKeyStoreInvalidStateException",
    `The connection state of the custom key store ${customKeyStoreId} is ${connectionState}. ${wanted}`,
  );
}

/** The key store's next version, in another connection state. */
export function moved(
  keyStore: CustomKeyStoreRecord,
  connectionState: CustomKeyStoreRecord["connectionState"],
  connectionErrorCode: string | null = null,
): Change {
  const { rowVersion } = keyStore;
  const record = { ...keyStore, connectionState, connectionErrorCode, rowVersion: rowVersion + 1 };
  return { kind: "update", table: "customKeyStores", record };
}

/** CustomKeyStoreInvalidStateException for one that is not connected, saying what would do. */
export function requireConnected(keyStore: CustomKeyStoreRecord, wanted: string): void {
  if (keyStore.connectionState !== "CONNECTED") throw invalidKeyStoreState(keyStore, wanted);
}

/** A key is made in a key store of its origin, and in no other. */
export function requireType(
  { customKeyStoreType, customKeyStoreId }: CustomKeyStoreRecord,
  origin: CustomKeyStoreRecord["customKeyStoreType"],
): void {
  if (customKeyStoreType === origin) return;
  throw new KmsError(
    "UnsupportedOperationException",
    `The custom key store ${customKeyStoreId} is of type ${customKeyStoreType}, which is not valid for Origin ${origin}.`,
  );
}

/** What makes a new key one of a key store. */
export interface KeyStorePlace {
  readonly keyStore: CustomKeyStoreRecord;
  readonly properties: Pick<KeyRecord, "origin" | "customKeyStoreId"> &
    Partial<Pick<KeyRecord, "xksKeyId">>;
  /** The key store is not deleted or disconnected while the key is made: its record changes too. */
  readonly change: Change;
}

export function placeIn(
  keyStore: CustomKeyStoreRecord,
  properties: Omit<KeyStorePlace["properties"], "customKeyStoreId">,
): KeyStorePlace {
  const { customKeyStoreId, rowVersion } = keyStore;
  const record = { ...keyStore, rowVersion: rowVersion + 1 };
  return {
    keyStore,
    properties: { ...properties, customKeyStoreId },
    change: { kind: "update", table: "customKeyStores", record },
  };
}

/** What an operation on a key store in a cluster has on record besides. Nothing for an external one. */
export function clusterOnRecord({ customKeyStoreName, clusterId }: CustomKeyStoreRecord): {
  readonly additionalEventData?: Readonly<Record<string, string>>;
} {
  return clusterId === null ? {} : { additionalEventData: { customKeyStoreName, clusterId } };
}

/** Whoever speaks to its proxy needs no more of a key store than this. */
export function proxyOf(keyStore: CustomKeyStoreRecord): XksProxy {
  const { accountId, region, customKeyStoreId } = keyStore;
  const { uriEndpoint, uriPath, accessKeyId, wrappedSecret } = keyStore;
  if (uriEndpoint === null || uriPath === null || accessKeyId === null) {
    throw new Error(`${customKeyStoreId} has no proxy`);
  }
  const where = { uriEndpoint, uriPath, accessKeyId, wrappedSecret };
  return { accountId, region, customKeyStoreId, ...where };
}

/** The external key that a key stands for. Nothing for a key of the vault's own. */
export function externalKeyOf(key: Key): ExternalKeyName | undefined {
  const { xksKeyId } = key;
  return xksKeyId === null ? undefined : { proxy: proxyOf(requireFoundKeyStore(key)), xksKeyId };
}

export function requireFoundKeyStore({ arn, keyStore }: Key): CustomKeyStoreRecord {
  if (keyStore === undefined) throw new Error(`${arn} was found without its key store`);
  return keyStore;
}
