/** What a custom key store is created with, and what may be changed: checked against the others and the proxy. */
import { allocateSecret, wipe } from "../lib/wipe.ts";
import { hasFailed } from "../service/external-keys.ts";
import { proxySecretFacts } from "../service/secret-access-keys.ts";
import type { CustomKeyStoreName, CustomKeyStoreRecord } from "../store/records.ts";
import { invalid, KmsError } from "./errors.ts";
import { allKeyStores, proxyOf } from "./key-stores.ts";
import type { Desk } from "./operation.ts";
import { settingsFailed } from "./xks-failures.ts";

/** The members of CreateCustomKeyStore and UpdateCustomKeyStore that are about the kind of store. */
export interface KeyStoreMembers {
  readonly CloudHsmClusterId?: string | undefined;
  readonly KeyStorePassword?: string | undefined;
  readonly TrustAnchorCertificate?: string | undefined;
  readonly XksProxyUriEndpoint?: string | undefined;
  readonly XksProxyUriPath?: string | undefined;
  readonly XksProxyAuthenticationCredential?: object | undefined;
  readonly XksProxyConnectivity?: string | undefined;
  readonly XksProxyVpcEndpointServiceName?: string | undefined;
  readonly XksProxyVpcEndpointServiceOwner?: string | undefined;
}

const membersOfTypes = {
  AWS_CLOUDHSM: ["CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"],
  EXTERNAL_KEY_STORE: [
    "XksProxyUriEndpoint",
    "XksProxyUriPath",
    "XksProxyAuthenticationCredential",
    "XksProxyConnectivity",
    "XksProxyVpcEndpointServiceName",
    "XksProxyVpcEndpointServiceOwner",
  ],
} as const;

/** An external key store has no cluster, one in a cluster no proxy, and a public endpoint no endpoint service. */
export function requireSoundMembers(
  input: KeyStoreMembers,
  type: CustomKeyStoreRecord["customKeyStoreType"],
): void {
  const others = type === "AWS_CLOUDHSM" ? "EXTERNAL_KEY_STORE" : "AWS_CLOUDHSM";
  for (const member of membersOfTypes[others]) {
    if (input[member] === undefined) continue;
    throw invalid(`${member} is not valid for custom key stores of type ${type}.`);
  }
  if (input.XksProxyConnectivity === "VPC_ENDPOINT_SERVICE") return requireServiceName(input);
  const { XksProxyVpcEndpointServiceName: name, XksProxyVpcEndpointServiceOwner: owner } = input;
  if (name === undefined && owner === undefined) return;
  throw invalid(
    "XksProxyVpcEndpointServiceName and XksProxyVpcEndpointServiceOwner are valid only with " +
      "XksProxyConnectivity VPC_ENDPOINT_SERVICE.",
  );
}

function requireServiceName({ XksProxyVpcEndpointServiceName: name }: KeyStoreMembers): void {
  if (name !== undefined) return;
  throw invalid(
    "XksProxyVpcEndpointServiceName is required with XksProxyConnectivity VPC_ENDPOINT_SERVICE.",
  );
}

/** Here is no VPC, and so no endpoint service: a proxy is reached by its public endpoint, or not at all. */
export function refuseVpc({ XksProxyConnectivity: connectivity }: KeyStoreMembers): void {
  if (connectivity !== "VPC_ENDPOINT_SERVICE") return;
  throw new KmsError(
    "XksProxyVpcEndpointServiceNotFoundException",
    "Keyhaven cannot find the specified VPC endpoint service. Use XksProxyConnectivity " +
      "PUBLIC_ENDPOINT, for proxies in private networks too.",
  );
}

/** Names and URIs are unique among the key stores of an account in a Region. */
export async function requireUnique(
  draft: CustomKeyStoreRecord,
  desk: Pick<Desk, "store" | "caller" | "facts">,
): Promise<void> {
  const all = await allKeyStores(desk);
  const others = all.filter(({ customKeyStoreId: id }) => id !== draft.customKeyStoreId);
  if (others.some(({ customKeyStoreName: name }) => name === draft.customKeyStoreName)) {
    throw new KmsError(
      "CustomKeyStoreNameInUseException",
      `The custom key store name ${draft.customKeyStoreName} is already in use.`,
    );
  }
  if (draft.uriEndpoint !== null && others.some((other) => uriOf(other) === uriOf(draft))) {
    throw new KmsError(
      "XksProxyUriInUseException",
      "The XksProxyUriEndpoint and XksProxyUriPath are already in use by another external key " +
        "store in this account and Region.",
    );
  }
}

/** Host names are the same in upper and lower case. */
function uriOf({ uriEndpoint, uriPath }: CustomKeyStoreRecord): string {
  return `${uriEndpoint?.toLowerCase()}${uriPath}`;
}

/** Asks the proxy how it is. Refuses settings with which it does not answer as it should. */
export async function requireHealthyProxy(
  draft: CustomKeyStoreRecord,
  kmsOperation: "CreateCustomKeyStore" | "UpdateCustomKeyStore",
  { externalKeys, facts }: Pick<Desk, "externalKeys" | "facts">,
): Promise<void> {
  const cause = { kmsOperation, kmsRequestId: facts.requestId };
  const answer = await externalKeys.checkHealth(proxyOf(draft), cause);
  if (hasFailed(answer)) throw settingsFailed(answer.failed);
}

/** The proxy's credential as it is stored: its secret sealed by the vault. */
export async function sealCredential(
  { accountId, customKeyStoreId }: CustomKeyStoreName,
  {
    AccessKeyId: accessKeyId = "",
    RawSecretAccessKey: secret = "",
  }: {
    readonly AccessKeyId: string | undefined;
    readonly RawSecretAccessKey: string | undefined;
  },
  { secretAccessKeys }: Pick<Desk, "secretAccessKeys">,
): Promise<Pick<CustomKeyStoreRecord, "accessKeyId" | "wrappedSecret">> {
  const bytes = allocateSecret(Buffer.byteLength(secret));
  bytes.write(secret);
  try {
    const facts = proxySecretFacts({ accountId, customKeyStoreId, accessKeyId });
    const { secretAccessKey, wrapped } = await secretAccessKeys.create(facts, bytes);
    wipe(secretAccessKey);
    return { accessKeyId, wrappedSecret: wrapped };
  } finally {
    wipe(bytes);
  }
}
