import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../../../test/key-store-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import { credential, uriPath, type Interference } from "../../../../test/xks-proxy.ts";
import type { JsonObject } from "../../../service/service.ts";

describe("CreateCustomKeyStore", () => {
  let bench: KeyStoreBench;
  beforeEach(async () => {
    bench = await keyStoreBench();
  });
  afterEach(async () => await bench.close());

  const refused = async (changes: JsonObject) =>
    await refusal(
      bench.kms.send("CreateCustomKeyStore", {
        ...(bench.settings() as unknown as JsonObject),
        ...changes,
      }),
    );

  test("makes a key store that is not connected, once its proxy has answered", async () => {
    const CustomKeyStoreId = await bench.newKeyStore();
    expect(CustomKeyStoreId).toMatch(/^cks-[0-9a-f]{17}$/);
    expect(bench.proxy.requests).toMatchObject([
      {
        path: `${uriPath}/health`,
        body: { requestMetadata: { kmsOperation: "CreateCustomKeyStore" } },
      },
    ]);
    expect(await bench.kms.call("DescribeCustomKeyStores", {})).toEqual({
      CustomKeyStores: [
        {
          CustomKeyStoreId,
          CustomKeyStoreName: "outside",
          CustomKeyStoreType: "EXTERNAL_KEY_STORE",
          ConnectionState: "DISCONNECTED",
          CreationDate: new Date(bench.kms.nowMs),
          XksProxyConfiguration: {
            Connectivity: "PUBLIC_ENDPOINT",
            AccessKeyId: credential.AccessKeyId,
            UriEndpoint: bench.proxy.endpoint,
            UriPath: uriPath,
          },
        },
      ],
      Truncated: false,
    });
  });

  test("is on record without the credential", async () => {
    const CustomKeyStoreId = await bench.newKeyStore();
    const record = bench.kms.lastRecord();
    expect(record).toMatchObject({
      eventName: "CreateCustomKeyStore",
      readOnly: false,
      requestParameters: {
        customKeyStoreName: "outside",
        customKeyStoreType: "EXTERNAL_KEY_STORE",
        xksProxyUriEndpoint: bench.proxy.endpoint,
        xksProxyUriPath: uriPath,
        xksProxyConnectivity: "PUBLIC_ENDPOINT",
      },
      responseElements: { customKeyStoreId: CustomKeyStoreId },
    });
    expect(JSON.stringify(bench.kms.records)).not.toContain(credential.AccessKeyId);
  });

  test.each([
    "XksProxyUriEndpoint",
    "XksProxyUriPath",
    "XksProxyAuthenticationCredential",
    "XksProxyConnectivity",
  ])("ValidationException without %s", async (member) => {
    expect(await refused({ [member]: null })).toEqual({
      code: "ValidationException",
      message: `${member} is required for custom key stores of type EXTERNAL_KEY_STORE.`,
    });
  });

  test.each<JsonObject>([
    { KeyStorePassword: "kmsuser password" },
    { CloudHsmClusterId: "cluster-1a23b4cdefg" },
    { TrustAnchorCertificate: "-----BEGIN CERTIFICATE-----" },
    { XksProxyVpcEndpointServiceOwner: "111122223333" },
    { XksProxyConnectivity: "VPC_ENDPOINT_SERVICE" },
  ])("ValidationException for %o, which belongs to another kind of store", async (changes) => {
    expect((await refused(changes)).code).toBe("ValidationException");
  });

  test.each([
    ["http://localhost", "no TLS"],
    ["https://localhost:8443", "a port"],
    ["https://localhost/path", "a path"],
    ["https://user@localhost", "a user"],
  ])("ValidationException for the endpoint %s: %s", async (XksProxyUriEndpoint) => {
    expect((await refused({ XksProxyUriEndpoint })).message).toContain(
      "at 'xksProxyUriEndpoint' failed to satisfy constraint: Member must satisfy regular " +
        "expression pattern: ^https://[a-zA-Z0-9.-]+$",
    );
  });

  test("ValidationException that does not repeat a secret access key", async () => {
    const { message } = await refused({
      XksProxyAuthenticationCredential: { ...credential, RawSecretAccessKey: "too short" },
    });
    expect(message).toBe(
      "2 validation errors detected: Value at " +
        "'xksProxyAuthenticationCredential.rawSecretAccessKey' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 43; Value at " +
        "'xksProxyAuthenticationCredential.rawSecretAccessKey' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\/+=]+$",
    );
  });

  test("XksProxyVpcEndpointServiceNotFoundException for an endpoint service: here is no VPC", async () => {
    const { code } = await refused({
      XksProxyConnectivity: "VPC_ENDPOINT_SERVICE",
      XksProxyVpcEndpointServiceName: "com.amazonaws.vpce.us-east-1.vpce-svc-example",
    });
    expect(code).toBe("XksProxyVpcEndpointServiceNotFoundException");
  });

  test("CustomKeyStoreNameInUseException for a name that is taken", async () => {
    await bench.newKeyStore();
    const { code } = await refused({ XksProxyUriPath: "/nowhere/kms/xks/v1" });
    expect(code).toBe("CustomKeyStoreNameInUseException");
  });

  test("XksProxyUriInUseException for a proxy that is in use, however its host is written", async () => {
    await bench.newKeyStore();
    for (const XksProxyUriEndpoint of [bench.proxy.endpoint, "https://LOCALHOST"]) {
      const { code } = await refused({ CustomKeyStoreName: "other", XksProxyUriEndpoint });
      expect(code).toBe("XksProxyUriInUseException");
    }
  });

  test("LimitExceededException for the eleventh", async () => {
    const made = Array.from({ length: 10 }, async (_nothing, index) => {
      const path = `/test/kms/xks/v${index + 1}`;
      bench.proxy.interfere({ status: 200, body: healthy });
      return await bench.newKeyStore({ CustomKeyStoreName: path, XksProxyUriPath: path });
    });
    await Promise.all(made);
    const { code } = await refused({ XksProxyUriPath: "/more/kms/xks/v1" });
    expect(code).toBe("LimitExceededException");
  });

  test("gives one of two that are made at the same time the name, and refuses the other", async () => {
    const ends = await Promise.allSettled([bench.newKeyStore(), bench.newKeyStore()]);
    const refusals = ends.filter(({ status }) => status === "rejected");
    expect(refusals).toMatchObject([{ reason: { code: "CustomKeyStoreNameInUseException" } }]);
  });

  test("is nothing to other accounts and Regions", async () => {
    const CustomKeyStoreId = await bench.newKeyStore();
    for (const elsewhere of [{ accountId: "444455556666" }, { region: "us-east-1" }]) {
      const attempt = bench.kms.call("DescribeCustomKeyStores", { CustomKeyStoreId }, elsewhere);
      expect((await refusal(attempt)).code).toBe("CustomKeyStoreNotFoundException");
    }
  });

  test.each<[string, Interference]>([
    ["XksProxyUriUnreachableException", { hangUp: true }],
    ["XksProxyUriUnreachableException", { body: fleetOf("UNAVAILABLE", "UNAVAILABLE") }],
    ["XksProxyUriUnreachableException", failing("DependencyTimeoutException")],
    ["XksProxyUriUnreachableException", failing("ThrottlingException")],
    ["XksProxyInvalidConfigurationException", failing("InvalidUriPathException")],
    [
      "XksProxyIncorrectAuthenticationCredentialException",
      failing("AuthenticationFailedException"),
    ],
    ["XksProxyInvalidResponseException", failing("InternalException")],
    ["XksProxyInvalidResponseException", failing("ValidationException")],
    ["XksProxyInvalidResponseException", failing("NoSuchException")],
    ["XksProxyInvalidResponseException", { body: "{" }],
    ["XksProxyInvalidResponseException", { body: {} }],
    ["XksProxyInvalidResponseException", { body: fleetOf() }],
    ["XksProxyInvalidResponseException", { body: fleetOf("ACTIVE", "WELL") }],
    ["XksProxyInvalidResponseException", { status: 307, headers: { location: "https://a.test" } }],
  ])("%s for a proxy that answers %j, and nothing is made", async (code, how) => {
    bench.proxy.interfere(how);
    expect((await refused({})).code).toBe(code);
    const { CustomKeyStores } = await bench.kms.call("DescribeCustomKeyStores", {});
    expect(CustomKeyStores).toEqual([]);
  });

  test("takes a proxy with one key manager that is up", async () => {
    bench.proxy.interfere({ body: fleetOf("UNAVAILABLE", "DEGRADED") });
    expect(await bench.newKeyStore()).toMatch(/^cks-/);
  });

  test("XksProxyIncorrectAuthenticationCredentialException for a credential it does not know", async () => {
    const XksProxyAuthenticationCredential = { ...credential, RawSecretAccessKey: "x".repeat(43) };
    expect(await refused({ XksProxyAuthenticationCredential })).toEqual({
      code: "XksProxyIncorrectAuthenticationCredentialException",
      message:
        "The external key store proxy rejected the request because it could not authenticate " +
        "AWS KMS. Verify the credentials for your external key store and update if necessary.",
    });
  });

  test("XksProxyInvalidConfigurationException for a path it does not serve", async () => {
    const { code } = await refused({ XksProxyUriPath: "/nowhere/kms/xks/v1" });
    expect(code).toBe("XksProxyInvalidConfigurationException");
  });

  test("KeyUnavailableException while the vault is away, and the proxy is not asked", async () => {
    bench.kms.broken.vault = "away";
    expect((await refused({})).code).toBe("KeyUnavailableException");
    expect(bench.proxy.requests).toEqual([]);
  });
});

const healthy = fleetOf("ACTIVE");

function fleetOf(...states: readonly string[]) {
  return { ekmFleetDetails: states.map((healthStatus, id) => ({ id: String(id), healthStatus })) };
}

function failing(errorName: string): Interference {
  return { status: 400, body: { errorName, errorMessage: "no" } };
}
