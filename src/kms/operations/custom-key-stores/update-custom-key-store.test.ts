import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../../../test/key-store-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import { type Credential, credential, otherPath, uriPath } from "../../../../test/xks-proxy.ts";
import type { JsonObject } from "../../../service/service.ts";

const next: Credential = {
  AccessKeyId: "ANOTHERBETWEENTWENTYANDTHIRT",
  RawSecretAccessKey: "another/notASecret+notASecret=notASecret0000",
};

describe("UpdateCustomKeyStore", () => {
  let bench: KeyStoreBench;
  let CustomKeyStoreId: string;
  beforeEach(async () => {
    bench = await keyStoreBench();
    CustomKeyStoreId = await bench.newKeyStore();
  });
  afterEach(async () => await bench.close());

  const update = async (changes: JsonObject) =>
    await bench.kms.send("UpdateCustomKeyStore", { CustomKeyStoreId, ...changes });
  const refused = async (changes: JsonObject) => await refusal(update(changes));
  const entry = async () =>
    (await bench.kms.call("DescribeCustomKeyStores", { CustomKeyStoreId })).CustomKeyStores?.[0];

  test("gives it another name, connected or not, without asking the proxy", async () => {
    const before = bench.proxy.requests.length;
    expect(await update({ NewCustomKeyStoreName: "renamed" })).toEqual({});
    expect((await entry())?.CustomKeyStoreName).toBe("renamed");
    expect(bench.proxy.requests).toHaveLength(before);
    expect(bench.kms.records.at(-2)).toMatchObject({
      requestParameters: { customKeyStoreId: CustomKeyStoreId, newCustomKeyStoreName: "renamed" },
    });
    await bench.connect(CustomKeyStoreId);
    await update({ NewCustomKeyStoreName: "renamed again" });
    expect(await entry()).toMatchObject({ ConnectionState: "CONNECTED" });
  });

  test("changes the credential while its keys are in use", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    bench.proxy.credential = next;
    const attempt = bench.kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
    expect((await refusal(attempt)).message).toContain("could not authenticate AWS KMS");
    await update({ XksProxyAuthenticationCredential: next });
    await bench.kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
    expect((await entry())?.XksProxyConfiguration?.AccessKeyId).toBe(next.AccessKeyId);
    for (const { bytes } of bench.kms.files()) {
      expect(bytes.includes(next.RawSecretAccessKey)).toBe(false);
    }
  });

  test("changes the secret of the same access key, and has the old one erased", async () => {
    const changed = { ...credential, RawSecretAccessKey: next.RawSecretAccessKey };
    bench.proxy.credential = changed;
    expect(await bench.kms.store.isErasureDue()).toBe(false);
    await update({ XksProxyAuthenticationCredential: changed });
    expect(await bench.kms.store.isErasureDue()).toBe(true);
    await bench.connect(CustomKeyStoreId);
    expect(await entry()).toMatchObject({ ConnectionState: "CONNECTED" });
  });

  test("XksProxyIncorrectAuthenticationCredentialException, and the old credential stays", async () => {
    const { code } = await refused({ XksProxyAuthenticationCredential: next });
    expect(code).toBe("XksProxyIncorrectAuthenticationCredentialException");
    expect((await entry())?.XksProxyConfiguration?.AccessKeyId).toBe(credential.AccessKeyId);
  });

  test("XksProxyInvalidConfigurationException for a path that is not served, connected too", async () => {
    await bench.connect(CustomKeyStoreId);
    const { code } = await refused({ XksProxyUriPath: "/nowhere/kms/xks/v1" });
    expect(code).toBe("XksProxyInvalidConfigurationException");
    expect((await entry())?.XksProxyConfiguration?.UriPath).toBe(uriPath);
  });

  test("XksProxyUriUnreachableException for an endpoint that callers may not name", async () => {
    const { code } = await refused({ XksProxyUriEndpoint: "https://127.0.0.1" });
    expect(code).toBe("XksProxyUriUnreachableException");
  });

  test.each<JsonObject>([
    { XksProxyUriEndpoint: "https://localhost" },
    { XksProxyConnectivity: "PUBLIC_ENDPOINT" },
  ])("CustomKeyStoreInvalidStateException for %o while it is connected", async (changes) => {
    await bench.connect(CustomKeyStoreId);
    expect((await refused(changes)).code).toBe("CustomKeyStoreInvalidStateException");
  });

  test.each(["CONNECTING", "FAILED", "DISCONNECTING"])(
    "CustomKeyStoreInvalidStateException while it is %s",
    async (state) => {
      await bench.kms.call("ConnectCustomKeyStore", { CustomKeyStoreId });
      if (state === "FAILED") {
        bench.proxy.interfere({ hangUp: true });
        await bench.kms.settleKeyStores();
      }
      if (state === "DISCONNECTING") {
        await bench.kms.call("DisconnectCustomKeyStore", { CustomKeyStoreId });
      }
      expect((await entry())?.ConnectionState).toBe(state);
      const { code } = await refused({ NewCustomKeyStoreName: "renamed" });
      expect(code).toBe("CustomKeyStoreInvalidStateException");
    },
  );

  test("CustomKeyStoreNameInUseException for the name of another", async () => {
    await bench.newKeyStore({
      CustomKeyStoreName: "other",
      XksProxyUriPath: otherPath,
    });
    const { code } = await refused({ NewCustomKeyStoreName: "other" });
    expect(code).toBe("CustomKeyStoreNameInUseException");
    await update({ NewCustomKeyStoreName: "outside" });
  });

  test("XksProxyUriInUseException for the path of another", async () => {
    const XksProxyUriPath = otherPath;
    await bench.newKeyStore({ CustomKeyStoreName: "other", XksProxyUriPath });
    expect((await refused({ XksProxyUriPath })).code).toBe("XksProxyUriInUseException");
  });

  test.each<JsonObject>([
    {},
    { KeyStorePassword: "kmsuser password" },
    { CloudHsmClusterId: "cluster-1a23b4cdefg" },
    { XksProxyVpcEndpointServiceOwner: "111122223333" },
  ])("ValidationException for %o", async (changes) => {
    expect((await refused(changes)).code).toBe("ValidationException");
  });

  test("XksProxyVpcEndpointServiceNotFoundException for an endpoint service", async () => {
    const { code } = await refused({
      XksProxyConnectivity: "VPC_ENDPOINT_SERVICE",
      XksProxyVpcEndpointServiceName: "com.amazonaws.vpce.us-east-1.vpce-svc-example",
    });
    expect(code).toBe("XksProxyVpcEndpointServiceNotFoundException");
  });

  test("CustomKeyStoreNotFoundException for an id that is not there", async () => {
    const attempt = bench.kms.call("UpdateCustomKeyStore", {
      CustomKeyStoreId: "cks-1234567890abcdef0",
      NewCustomKeyStoreName: "renamed",
    });
    expect((await refusal(attempt)).code).toBe("CustomKeyStoreNotFoundException");
  });
});
