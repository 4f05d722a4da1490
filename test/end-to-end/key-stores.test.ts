/** External key stores and a server that is killed: what was begun is brought to its end. */
import { setTimeout as delay } from "node:timers/promises";
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeCustomKeyStoresCommand,
  EncryptCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { settingsFor, startXksProxy, type XksProxyForTests } from "../xks-proxy.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const dataDirectory = temporaryDirectory();
let proxy: XksProxyForTests;
let keyhaven: KeyhavenProcess;

async function start(): Promise<KMSClient> {
  const { hosts, caPath = "" } = proxy.config;
  const flags = ["--xks-hosts", hosts.join(","), "--xks-ca", caPath, "--xks-timeout", "5000"];
  keyhaven = await startKeyhavenProcess({ dataDirectory, arguments: flags });
  return keyhaven.client();
}

beforeAll(async () => {
  proxy = await startXksProxy();
  proxy.addKey("payroll");
});
afterAll(async () => {
  await keyhaven.stop();
  await proxy.stop();
  removeDirectory(dataDirectory);
});

async function stateOf(kms: KMSClient, CustomKeyStoreId: string | undefined) {
  const command = new DescribeCustomKeyStoresCommand({ CustomKeyStoreId });
  return (await kms.send(command)).CustomKeyStores?.[0]?.ConnectionState;
}

test("a key store is connected after a kill, and its keys decrypt what they encrypted before", async () => {
  let kms = await start();
  const { CustomKeyStoreId } = await kms.send(new CreateCustomKeyStoreCommand(settingsFor(proxy)));
  // Killed while the proxy has not yet answered.
  proxy.interfere({ delayMs: 2_000 });
  await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await keyhaven.kill();
  proxy.interfere(undefined);
  kms = await start();
  while ((await stateOf(kms, CustomKeyStoreId)) === "CONNECTING") await delay(50);
  expect(await stateOf(kms, CustomKeyStoreId)).toBe("CONNECTED");

  const made = await kms.send(
    new CreateKeyCommand({ Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "payroll" }),
  );
  const Plaintext = Buffer.from("paid");
  const KeyId = made.KeyMetadata?.KeyId;
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
  await keyhaven.kill();
  kms = await start();
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
});
