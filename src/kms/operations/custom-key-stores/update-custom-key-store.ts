/**
 * UpdateCustomKeyStore: another name, another way to the same external keys, or another
 * credential. The proxy has to answer with the new settings before they are kept. Of a key
 * store in a CloudHSM cluster, another password or cluster.
 */
import type { UpdateCustomKeyStoreRequest } from "@aws-sdk/client-kms";
import type { CustomKeyStoreRecord } from "../../../store/records.ts";
import type { Change } from "../../../store/store.ts";
import { KmsError } from "../../errors.ts";
import {
  refuseVpc,
  requireHealthyProxy,
  requireSoundMembers,
  requireUnique,
  sealCredential,
} from "../../key-store-settings.ts";
import {
  cloudHsmMembers,
  customKeyStoreId,
  customKeyStoreName,
  xksMembers,
} from "../../key-store-shapes.ts";
import { clusterOnRecord, invalidKeyStoreState, requireKeyStore } from "../../key-stores.ts";
import { accountOperation, type Desk } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { changedInCluster } from "../../token-key-store.ts";

export const updateCustomKeyStore = accountOperation("UpdateCustomKeyStore", {
  input: {
    CustomKeyStoreId: customKeyStoreId,
    NewCustomKeyStoreName: shape.optional(customKeyStoreName),
    ...cloudHsmMembers,
    ...xksMembers,
  },
  readOnly: false,
  validate({ CustomKeyStoreId: _id, ...changes }) {
    if (Object.values(changes).some((value) => value !== undefined)) return;
    throw new KmsError("ValidationException", "Specify at least one property to update.");
  },

  async run({ input, ...desk }) {
    const keyStore = await requireKeyStore(input.CustomKeyStoreId, desk);
    requireSoundMembers(input, keyStore.customKeyStoreType);
    requireChangeable(keyStore, input);
    refuseVpc(input);
    const record = await changedBy(input, keyStore, desk);
    await requireUnique(record, desk);
    if (concernsProxy(input, keyStore)) {
      await requireHealthyProxy(record, "UpdateCustomKeyStore", desk);
    }
    return { output: {}, changes: changesTo(record, keyStore), ...clusterOnRecord(record) };
  },

  record: (input) => ({
    customKeyStoreId: input.CustomKeyStoreId,
    newCustomKeyStoreName: input.NewCustomKeyStoreName,
    clusterId: input.CloudHsmClusterId,
    xksProxyUriEndpoint: input.XksProxyUriEndpoint,
    xksProxyUriPath: input.XksProxyUriPath,
    xksProxyConnectivity: input.XksProxyConnectivity,
    xksProxyVpcEndpointServiceName: input.XksProxyVpcEndpointServiceName,
    xksProxyVpcEndpointServiceOwner: input.XksProxyVpcEndpointServiceOwner,
  }),
});

/** A new credential takes the place of the old one for good: deleting a row has its bytes erased. */
function changesTo(record: CustomKeyStoreRecord, before: CustomKeyStoreRecord): readonly Change[] {
  const table = "customKeyStores";
  if (record.wrappedSecret === before.wrappedSecret) return [{ kind: "update", table, record }];
  return [
    { kind: "delete", table, record: before },
    { kind: "insert", table, record },
  ];
}

/** Name, path and credential can be changed while keys are in use: nothing else can. */
function requireChangeable(
  keyStore: CustomKeyStoreRecord,
  {
    XksProxyUriEndpoint,
    XksProxyConnectivity,
    CloudHsmClusterId,
    KeyStorePassword,
  }: UpdateCustomKeyStoreRequest,
): void {
  if (keyStore.connectionState === "DISCONNECTED") return;
  const others = [XksProxyUriEndpoint, XksProxyConnectivity, CloudHsmClusterId, KeyStorePassword];
  const isWayOnly = others.every((member) => member === undefined);
  if (keyStore.connectionState === "CONNECTED" && isWayOnly) return;
  throw invalidKeyStoreState(keyStore, "Disconnect it before you update it.");
}

function concernsProxy(
  { CustomKeyStoreId: _id, NewCustomKeyStoreName: _name, ...others }: UpdateCustomKeyStoreRequest,
  { customKeyStoreType }: CustomKeyStoreRecord,
): boolean {
  if (customKeyStoreType !== "EXTERNAL_KEY_STORE") return false;
  return Object.values(others).some((value) => value !== undefined);
}

async function changedBy(
  input: UpdateCustomKeyStoreRequest,
  keyStore: CustomKeyStoreRecord,
  desk: Desk,
): Promise<CustomKeyStoreRecord> {
  const { XksProxyAuthenticationCredential: credential } = input;
  return {
    ...keyStore,
    customKeyStoreName: input.NewCustomKeyStoreName ?? keyStore.customKeyStoreName,
    uriEndpoint: input.XksProxyUriEndpoint ?? keyStore.uriEndpoint,
    uriPath: input.XksProxyUriPath ?? keyStore.uriPath,
    ...(credential === undefined ? {} : await sealCredential(keyStore, credential, desk)),
    ...(await changedInCluster(input, keyStore, desk)),
    rowVersion: keyStore.rowVersion + 1,
  };
}
