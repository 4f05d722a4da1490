/** A KMS on a bench with a test's own XKS proxy beside it. */
import type { Input } from "../src/kms/contract.ts";
import { kmsBench, type KmsBench } from "./kms-bench.ts";
import { settingsFor, startXksProxy, type XksProxyForTests } from "./xks-proxy.ts";

export interface KeyStoreBench {
  readonly kms: KmsBench;
  readonly proxy: XksProxyForTests;
  /** What CreateCustomKeyStore is sent for a key store behind the proxy. */
  settings(changes?: Partial<Input<"CreateCustomKeyStore">>): Input<"CreateCustomKeyStore">;
  /** A key store that is not connected. */
  newKeyStore(changes?: Partial<Input<"CreateCustomKeyStore">>): Promise<string>;
  /** Begins and ends the connecting of a key store. */
  connect(customKeyStoreId: string): Promise<void>;
  disconnect(customKeyStoreId: string): Promise<void>;
  /** A key in a key store, with an external key of its own. */
  newKeyIn(customKeyStoreId: string, input?: Input<"CreateKey">): Promise<string>;
  stateOf(customKeyStoreId: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function keyStoreBench(timeoutMs?: number): Promise<KeyStoreBench> {
  const proxy = await startXksProxy(timeoutMs);
  const kms = await kmsBench({ xks: proxy.config });
  let counted = 0;
  const bench: KeyStoreBench = {
    kms,
    proxy,
    settings: (changes = {}) => ({ ...settingsFor(proxy), ...changes }),
    async newKeyStore(changes) {
      const { CustomKeyStoreId } = await kms.call("CreateCustomKeyStore", bench.settings(changes));
      if (CustomKeyStoreId === undefined) throw new Error("no CustomKeyStoreId");
      return CustomKeyStoreId;
    },
    async connect(CustomKeyStoreId) {
      await kms.call("ConnectCustomKeyStore", { CustomKeyStoreId });
      await kms.settleKeyStores();
    },
    async disconnect(CustomKeyStoreId) {
      await kms.call("DisconnectCustomKeyStore", { CustomKeyStoreId });
      await kms.settleKeyStores();
    },
    async newKeyIn(CustomKeyStoreId, input = {}) {
      counted += 1;
      const XksKeyId = `external-${counted}`;
      proxy.addKey(XksKeyId);
      return await kms.newKey({
        Origin: "EXTERNAL_KEY_STORE",
        CustomKeyStoreId,
        XksKeyId,
        ...input,
      });
    },
    async stateOf(CustomKeyStoreId) {
      const { CustomKeyStores } = await kms.call("DescribeCustomKeyStores", { CustomKeyStoreId });
      return CustomKeyStores?.[0]?.ConnectionState;
    },
    async close() {
      await kms.close();
      await proxy.stop();
    },
  };
  return bench;
}
