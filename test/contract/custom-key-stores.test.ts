import { setTimeout as delay } from "node:timers/promises";
import type { CustomKeyStoresListEntry } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  credential,
  settingsFor,
  startXksProxy,
  uriPath,
  type XksProxyForTests,
} from "../xks-proxy.ts";
import { answer, type Contract, noMessage, refusal, startContract } from "./contract.ts";

let contract: Contract;
let proxy: XksProxyForTests;
let CustomKeyStoreId: string;
beforeAll(async () => {
  proxy = await startXksProxy();
  contract = await startContract({ xks: proxy.config });
  CustomKeyStoreId = await newKeyStore();
});
afterAll(async () => {
  await contract.stop();
  await proxy.stop();
});

async function newKeyStore(): Promise<string> {
  const made = await answer(contract.kms.createCustomKeyStore(settingsFor(proxy)));
  return made.CustomKeyStoreId ?? "";
}

async function entry(): Promise<CustomKeyStoresListEntry | undefined> {
  const { CustomKeyStores } = await contract.kms.describeCustomKeyStores({ CustomKeyStoreId });
  return CustomKeyStores?.[0];
}

async function until(state: string): Promise<void> {
  while ((await entry())?.ConnectionState !== state) await delay(50);
}

describe("a custom key store", () => {
  test("is described with everything but its secret", async () => {
    expect(await entry()).toEqual({
      CustomKeyStoreId: expect.stringMatching(/^cks-[0-9a-f]{17}$/) as unknown,
      CustomKeyStoreName: "outside",
      CustomKeyStoreType: "EXTERNAL_KEY_STORE",
      ConnectionState: "DISCONNECTED",
      CreationDate: expect.any(Date) as unknown,
      XksProxyConfiguration: {
        Connectivity: "PUBLIC_ENDPOINT",
        AccessKeyId: credential.AccessKeyId,
        UriEndpoint: proxy.endpoint,
        UriPath: uriPath,
      },
    });
  });

  test("is connected by the server, in its own time; its keys encrypt and decrypt", async () => {
    expect(await answer(contract.kms.connectCustomKeyStore({ CustomKeyStoreId }))).toEqual({});
    await until("CONNECTED");
    proxy.addKey("payroll-2026");
    const KeyId = await contract.newKey({
      Origin: "EXTERNAL_KEY_STORE",
      CustomKeyStoreId,
      XksKeyId: "payroll-2026",
    });
    const { KeyMetadata } = await contract.kms.describeKey({ KeyId });
    expect(KeyMetadata).toMatchObject({
      CustomKeyStoreId,
      XksKeyConfiguration: { Id: "payroll-2026" },
      Origin: "EXTERNAL_KEY_STORE",
    });
    const EncryptionContext = { department: "payroll" };
    const { CiphertextBlob, Plaintext } = await contract.kms.generateDataKey({
      KeyId,
      KeySpec: "AES_256",
      EncryptionContext,
    });
    const opened = await contract.kms.decrypt({ CiphertextBlob, EncryptionContext });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext ?? []));
  });

  test("can be given another credential while it is connected", async () => {
    const next = { ...credential, AccessKeyId: `${credential.AccessKeyId}A` };
    proxy.credential = next;
    const update = { CustomKeyStoreId, XksProxyAuthenticationCredential: next };
    expect(await answer(contract.kms.updateCustomKeyStore(update))).toEqual({});
    expect((await entry())?.XksProxyConfiguration?.AccessKeyId).toBe(next.AccessKeyId);
  });

  test("CustomKeyStoreHasCMKsException while a key is in it, connected or not", async () => {
    const attempt = async () =>
      (await refusal(contract.kms.deleteCustomKeyStore({ CustomKeyStoreId }))).name;
    expect(await attempt()).toBe("CustomKeyStoreHasCMKsException");
    await answer(contract.kms.disconnectCustomKeyStore({ CustomKeyStoreId }));
    await until("DISCONNECTED");
    expect(await attempt()).toBe("CustomKeyStoreHasCMKsException");
  });

  test("InvalidCiphertextException for a blob of nobody's", async () => {
    const CiphertextBlob = Buffer.alloc(200, 1);
    expect(await refusal(contract.kms.decrypt({ CiphertextBlob }))).toEqual({
      name: "InvalidCiphertextException",
      message: noMessage,
      status: 400,
    });
  });

  test("is FAILED, with the reason, when its proxy does not answer", async () => {
    proxy.interfere({ status: 403, body: { errorName: "AccessDeniedException" } });
    await contract.kms.connectCustomKeyStore({ CustomKeyStoreId });
    await until("FAILED");
    expect((await entry())?.ConnectionErrorCode).toBe("XKS_PROXY_ACCESS_DENIED");
    proxy.interfere(undefined);
  });
});
