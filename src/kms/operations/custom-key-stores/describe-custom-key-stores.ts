/** DescribeCustomKeyStores: one by id or by name, or all of the account in this Region. */
import type { ConnectionErrorCodeType, CustomKeyStoresListEntry } from "@aws-sdk/client-kms";
import type { CustomKeyStoreRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { customKeyStoreId, customKeyStoreName } from "../../key-store-shapes.ts";
import { allKeyStores, notFound, proxyOf, requireKeyStore } from "../../key-stores.ts";
import { accountOperation, type Desk } from "../../operation.ts";
import { pageOf } from "../../pages.ts";
import { sentOrNull } from "../../recorded.ts";
import * as shape from "../../shapes.ts";

export const describeCustomKeyStores = accountOperation("DescribeCustomKeyStores", {
  input: {
    CustomKeyStoreId: shape.optional(customKeyStoreId),
    CustomKeyStoreName: shape.optional(customKeyStoreName),
    Limit: shape.optional(shape.limitUpTo(1000)),
    Marker: shape.optional(shape.marker),
  },
  readOnly: true,
  validate({ CustomKeyStoreId, CustomKeyStoreName }) {
    if (CustomKeyStoreId === undefined || CustomKeyStoreName === undefined) return;
    throw new KmsError(
      "ValidationException",
      "You cannot specify both CustomKeyStoreId and CustomKeyStoreName.",
    );
  },

  async run({ input, ...desk }) {
    const { CustomKeyStoreId: id, CustomKeyStoreName: name } = input;
    const { items, truncated } = await pageOf(
      desk,
      {
        of: `DescribeCustomKeyStores of ${JSON.stringify([id, name])}`,
        limit: input.Limit,
        defaultLimit: 100,
        marker: input.Marker,
      },
      await asked({ id, name }, desk),
      (keyStore) => keyStore.customKeyStoreId,
    );
    const output: Output<"DescribeCustomKeyStores"> = {
      CustomKeyStores: items.map(entryOf),
      ...truncated,
    };
    return { output };
  },

  record: ({ CustomKeyStoreId, CustomKeyStoreName, Limit, Marker }) =>
    sentOrNull({
      customKeyStoreId: CustomKeyStoreId,
      customKeyStoreName: CustomKeyStoreName,
      limit: Limit,
      marker: Marker,
    }),
});

async function asked(
  { id, name }: { readonly id: string | undefined; readonly name: string | undefined },
  desk: Desk,
): Promise<readonly CustomKeyStoreRecord[]> {
  if (id !== undefined) return [await requireKeyStore(id, desk)];
  const all = await allKeyStores(desk);
  if (name === undefined) return all;
  const named = all.filter(({ customKeyStoreName: known }) => known === name);
  if (named.length === 0) throw notFound();
  return named;
}

function entryOf(keyStore: CustomKeyStoreRecord): CustomKeyStoresListEntry {
  const errorCode = keyStore.connectionErrorCode as ConnectionErrorCodeType | null;
  return {
    CustomKeyStoreId: keyStore.customKeyStoreId,
    CustomKeyStoreName: keyStore.customKeyStoreName,
    CustomKeyStoreType: keyStore.customKeyStoreType,
    ConnectionState: keyStore.connectionState,
    ConnectionErrorCode: errorCode ?? undefined,
    CreationDate: new Date(keyStore.createdAtMs),
    ...(keyStore.customKeyStoreType === "AWS_CLOUDHSM"
      ? inCluster(keyStore)
      : behindProxy(keyStore)),
  };
}

function inCluster({ clusterId, trustAnchor }: CustomKeyStoreRecord) {
  return {
    CloudHsmClusterId: clusterId ?? undefined,
    TrustAnchorCertificate: trustAnchor ?? undefined,
  };
}

function behindProxy(keyStore: CustomKeyStoreRecord) {
  const { accessKeyId, uriEndpoint, uriPath } = proxyOf(keyStore);
  return {
    XksProxyConfiguration: {
      Connectivity: "PUBLIC_ENDPOINT",
      AccessKeyId: accessKeyId,
      UriEndpoint: uriEndpoint,
      UriPath: uriPath,
    },
  } as const;
}
