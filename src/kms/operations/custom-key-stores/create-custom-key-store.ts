/**
 * CreateCustomKeyStore: an external key store, behind an XKS proxy that answers, or one in a
 * CloudHSM cluster, which is a token of the operator's. It is not connected yet.
 */
import { randomBytes } from "node:crypto";
import type { CreateCustomKeyStoreRequest } from "@aws-sdk/client-kms";
import type { CustomKeyStoreName, CustomKeyStoreRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
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
  customKeyStoreName,
  customKeyStoreType,
  xksMembers,
} from "../../key-store-shapes.ts";
import { clusterOnRecord } from "../../key-stores.ts";
import { accountOperation, type Desk } from "../../operation.ts";
import { keyStoreQuota } from "../../quotas.ts";
import * as shape from "../../shapes.ts";
import { newInCluster, requireCloudHsmMembers } from "../../token-key-store.ts";

export const createCustomKeyStore = accountOperation("CreateCustomKeyStore", {
  input: {
    CustomKeyStoreName: customKeyStoreName,
    TrustAnchorCertificate: shape.optional(shape.text({ min: 1, max: 5000 })),
    CustomKeyStoreType: shape.optional(customKeyStoreType),
    ...cloudHsmMembers,
    ...xksMembers,
  },
  readOnly: false,
  validate(input) {
    if (input.CustomKeyStoreType === "EXTERNAL_KEY_STORE") requireXksMembers(input);
    else requireCloudHsmMembers(input);
    requireSoundMembers(input, typeOf(input));
  },

  async run({ input, ...desk }) {
    const record = await draftOf(input, desk);
    await requireUnique(record, desk);
    if (record.customKeyStoreType === "EXTERNAL_KEY_STORE") {
      await requireHealthyProxy(record, "CreateCustomKeyStore", desk);
    }
    const { customKeyStoreId } = record;
    const output: Output<"CreateCustomKeyStore"> = { CustomKeyStoreId: customKeyStoreId };
    return {
      output,
      changes: [{ kind: "insert", table: "customKeyStores", record }, keyStoreQuota(record)],
      responseElements: { customKeyStoreId },
      ...clusterOnRecord(record),
    };
  },

  record: (input) => ({
    customKeyStoreName: input.CustomKeyStoreName,
    clusterId: input.CloudHsmClusterId,
    customKeyStoreType: input.CustomKeyStoreType,
    xksProxyUriEndpoint: input.XksProxyUriEndpoint,
    xksProxyUriPath: input.XksProxyUriPath,
    xksProxyConnectivity: input.XksProxyConnectivity,
    xksProxyVpcEndpointServiceName: input.XksProxyVpcEndpointServiceName,
    xksProxyVpcEndpointServiceOwner: input.XksProxyVpcEndpointServiceOwner,
  }),
});

function requireXksMembers(input: CreateCustomKeyStoreRequest): void {
  for (const member of [
    "XksProxyUriEndpoint",
    "XksProxyUriPath",
    "XksProxyAuthenticationCredential",
    "XksProxyConnectivity",
  ] as const) {
    if (input[member] !== undefined) continue;
    throw new KmsError(
      "ValidationException",
      `${member} is required for custom key stores of type EXTERNAL_KEY_STORE.`,
    );
  }
}

function typeOf({ CustomKeyStoreType: type = "AWS_CLOUDHSM" }: CreateCustomKeyStoreRequest) {
  return type;
}

async function draftOf(
  input: CreateCustomKeyStoreRequest,
  desk: Desk,
): Promise<CustomKeyStoreRecord> {
  const name = {
    accountId: desk.caller.accountId,
    region: desk.facts.region,
    customKeyStoreId: `cks-${randomBytes(9).toString("hex").slice(0, 17)}`,
  };
  const ofType =
    typeOf(input) === "EXTERNAL_KEY_STORE"
      ? await newBehindProxy(input, name, desk)
      : await newInCluster(input, name, desk);
  return {
    ...name,
    customKeyStoreName: input.CustomKeyStoreName ?? "",
    connectionState: "DISCONNECTED",
    connectionErrorCode: null,
    ...ofType,
    createdAtMs: desk.nowMs,
    rowVersion: 1,
  };
}

async function newBehindProxy(
  input: CreateCustomKeyStoreRequest,
  name: CustomKeyStoreName,
  desk: Desk,
) {
  refuseVpc(input);
  const { XksProxyAuthenticationCredential: credential } = input;
  if (credential === undefined) throw new Error("the credential is required");
  return {
    customKeyStoreType: "EXTERNAL_KEY_STORE",
    uriEndpoint: input.XksProxyUriEndpoint ?? "",
    uriPath: input.XksProxyUriPath ?? "",
    ...(await sealCredential(name, credential, desk)),
    clusterId: null,
    trustAnchor: null,
  } as const;
}
