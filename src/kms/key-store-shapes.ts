/** What the members of the custom key store operations must look like. */
import type {
  CustomKeyStoreType,
  XksProxyAuthenticationCredentialType,
  XksProxyConnectivityType,
} from "@aws-sdk/client-kms";
import * as shape from "./shapes.ts";

export const customKeyStoreId = shape.text({ min: 1, max: 64 });
export const customKeyStoreName = shape.text({ min: 1, max: 256 });

export const cloudHsmMembers = {
  CloudHsmClusterId: shape.optional(
    shape.text({ min: 19, max: 24 }, matching("cluster-[2-7a-zA-Z]{11,16}")),
  ),
  KeyStorePassword: shape.optional(shape.secretText({ min: 7, max: 32 })),
};

export const xksMembers = {
  XksProxyUriEndpoint: shape.optional(
    shape.text({ min: 10, max: 128 }, matching("^https://[a-zA-Z0-9.-]+$")),
  ),
  XksProxyUriPath: shape.optional(
    shape.text(
      { min: 10, max: 128 },
      matching("^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$"),
    ),
  ),
  XksProxyVpcEndpointServiceName: shape.optional(
    shape.text(
      { min: 20, max: 64 },
      matching("^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$"),
    ),
  ),
  XksProxyVpcEndpointServiceOwner: shape.optional(
    shape.text({ min: 12, max: 12 }, matching("[0-9]{12}")),
  ),
  XksProxyAuthenticationCredential: shape.optional(
    shape.structure<XksProxyAuthenticationCredentialType>({
      AccessKeyId: shape.secretText({ min: 20, max: 30 }, matching("^[A-Z2-7]+$")),
      RawSecretAccessKey: shape.secretText({ min: 43, max: 64 }, matching("^[a-zA-Z0-9\\/+=]+$")),
    }),
  ),
  XksProxyConnectivity: shape.optional(
    shape.oneOf<XksProxyConnectivityType>(["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"]),
  ),
};

export const customKeyStoreType = shape.oneOf<CustomKeyStoreType>([
  "AWS_CLOUDHSM",
  "EXTERNAL_KEY_STORE",
]);

/** As the model's patterns are meant: of the whole value. */
function matching(source: string) {
  const pattern = new RegExp(`^(?:${source})$`);
  return { source, holds: (value: string): boolean => pattern.test(value) };
}
