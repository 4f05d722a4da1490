/** CreateCustomKeyStore: an external key store, behind an XKS proxy that answers. It is not connected yet. */
import { randomBytes } from "node:crypto";
import type { CreateCustomKeyStoreRequest } from "@aws-sdk/client-kms";
import type { CustomKeyStoreRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { notYet } from "../../gaps.ts";
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
import { accountOperation, type Desk } from "../../operation.ts";
import { keyStoreQuota } from "../../quotas.ts";
import * as shape from "../../shapes.ts";

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
  },

  async run({ input, ...desk }) {
    if (input.CustomKeyStoreType !== "EXTERNAL_KEY_STORE") {
      throw notYet("custom key stores of type AWS_CLOUDHSM");
    }
    refuseVpc(input);
    const record = await draftOf(input, desk);
    await requireUnique(record, desk);
    await requireHealthyProxy(record, "CreateCustomKeyStore", desk);
    const { customKeyStoreId } = record;
    const output: Output<"CreateCustomKeyStore"> = { CustomKeyStoreId: customKeyStoreId };
    return {
      output,
      changes: [{ kind: "insert", table: "customKeyStores", record }, keyStoreQuota(record)],
      responseElements: { customKeyStoreId },
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
  requireSoundMembers(input);
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
  const { XksProxyAuthenticationCredential: credential } = input;
  if (credential === undefined) throw new Error("the credential is required");
  return {
    ...name,
    customKeyStoreName: input.CustomKeyStoreName ?? "",
    connectionState: "DISCONNECTED",
    connectionErrorCode: null,
    uriEndpoint: input.XksProxyUriEndpoint ?? "",
    uriPath: input.XksProxyUriPath ?? "",
    ...(await sealCredential(name, credential, desk)),
    createdAtMs: desk.nowMs,
    rowVersion: 1,
  };
}
