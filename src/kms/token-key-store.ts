/** Custom key stores of type AWS_CLOUDHSM: what they are created with, and what may be changed. */
import { X509Certificate } from "node:crypto";
import type { CreateCustomKeyStoreRequest, UpdateCustomKeyStoreRequest } from "@aws-sdk/client-kms";
import { allocateSecret, wipe } from "../lib/wipe.ts";
import type { TokenKeyStore } from "../service/token-keys.ts";
import type { CustomKeyStoreName, CustomKeyStoreRecord } from "../store/records.ts";
import { KmsError } from "./errors.ts";
import type { Desk } from "./operation.ts";
import { clusterNotUsable, hasProblem } from "./token-failures.ts";

type InCluster = Pick<
  CustomKeyStoreRecord,
  | "customKeyStoreType"
  | "uriEndpoint"
  | "uriPath"
  | "accessKeyId"
  | "clusterId"
  | "trustAnchor"
  | "wrappedSecret"
>;

/** Whoever works with its token needs no more of a key store than this. */
export function tokenKeyStoreOf(keyStore: CustomKeyStoreRecord): TokenKeyStore {
  const { accountId, region, customKeyStoreId, clusterId, wrappedSecret } = keyStore;
  if (clusterId === null) throw new Error(`${customKeyStoreId} has no cluster`);
  return { accountId, region, customKeyStoreId, clusterId, sealedPassword: wrappedSecret };
}

/** What AWS asks for with this type, which is also the type when none is named. */
export function requireCloudHsmMembers(input: CreateCustomKeyStoreRequest): void {
  for (const member of [
    "CloudHsmClusterId",
    "TrustAnchorCertificate",
    "KeyStorePassword",
  ] as const) {
    if (input[member] !== undefined) continue;
    throw new KmsError(
      "ValidationException",
      `${member} is required for custom key stores of type AWS_CLOUDHSM.`,
    );
  }
}

/** What sets a new key store in a cluster apart: its cluster is the account's, there, and in no other use. */
export async function newInCluster(
  input: CreateCustomKeyStoreRequest,
  name: CustomKeyStoreName,
  desk: Desk,
): Promise<InCluster> {
  const { CloudHsmClusterId: clusterId = "", TrustAnchorCertificate: trustAnchor = "" } = input;
  requireCertificate(trustAnchor);
  await requireFreeCluster(clusterId, desk);
  await requireUsableCluster(clusterId, desk);
  return {
    customKeyStoreType: "AWS_CLOUDHSM",
    uriEndpoint: null,
    uriPath: null,
    accessKeyId: null,
    clusterId,
    trustAnchor,
    wrappedSecret: await sealPassword(name, input.KeyStorePassword ?? "", desk),
  };
}

/** The changed members of a key store in a cluster. The token is not asked for the password before it is connected. */
export async function changedInCluster(
  input: UpdateCustomKeyStoreRequest,
  keyStore: CustomKeyStoreRecord,
  desk: Desk,
): Promise<Partial<CustomKeyStoreRecord>> {
  const { CloudHsmClusterId: clusterId, KeyStorePassword: password } = input;
  if (clusterId !== undefined && clusterId !== keyStore.clusterId) {
    await requireRelated(clusterId, keyStore, desk);
    await requireUsableCluster(clusterId, desk);
  }
  return {
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(password === undefined
      ? {}
      : { wrappedSecret: await sealPassword(keyStore, password, desk) }),
  };
}

/** No token has a trust anchor to compare it with. What is no certificate at all cannot be the right one. */
function requireCertificate(trustAnchor: string): void {
  try {
    void new X509Certificate(trustAnchor);
  } catch {
    throw new KmsError(
      "IncorrectTrustAnchorException",
      "The trust anchor certificate in the request is not a certificate in PEM format.",
    );
  }
}

async function requireFreeCluster(clusterId: string, desk: Desk): Promise<void> {
  if (!(await isInUse(clusterId, desk))) return;
  throw new KmsError(
    "CloudHsmClusterInUseException",
    `The CloudHSM cluster ${clusterId} is already associated with a custom key store.`,
  );
}

async function requireUsableCluster(clusterId: string, { tokenKeys, caller }: Desk): Promise<void> {
  const found = await tokenKeys.find({ accountId: caller.accountId, clusterId });
  if (hasProblem(found)) throw clusterNotUsable(found.failed, clusterId);
}

async function isInUse(clusterId: string, { store, caller }: Desk): Promise<boolean> {
  return (await store.findKeyStoreOfCluster(caller.accountId, clusterId)) !== undefined;
}

/**
 * Clusters are related when they share backups, and with them keys. Nothing tells of tokens
 * whether they do, so a key store that has keys stays where it is.
 */
async function requireRelated(
  clusterId: string,
  keyStore: CustomKeyStoreRecord,
  desk: Desk,
): Promise<void> {
  const isRelated =
    !(await desk.store.hasKeysInStore(keyStore)) && !(await isInUse(clusterId, desk));
  if (isRelated) return;
  throw new KmsError(
    "CloudHsmClusterNotRelatedException",
    `The CloudHSM cluster ${clusterId} is not related to the cluster of the custom key store.`,
  );
}

async function sealPassword(
  { accountId, region, customKeyStoreId }: CustomKeyStoreName,
  password: string,
  { keyStorePasswords }: Desk,
): Promise<Uint8Array> {
  const bytes = allocateSecret(Buffer.byteLength(password));
  bytes.write(password);
  try {
    return await keyStorePasswords.seal({ accountId, region, customKeyStoreId }, bytes);
  } finally {
    wipe(bytes);
  }
}
