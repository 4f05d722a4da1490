/** ConnectCustomKeyStore: begun here, and brought to an end by key-store-connections.ts. */
import { customKeyStoreId } from "../../key-store-shapes.ts";
import { clusterOnRecord, invalidKeyStoreState, moved, requireKeyStore } from "../../key-stores.ts";
import { accountOperation } from "../../operation.ts";

export const connectCustomKeyStore = accountOperation("ConnectCustomKeyStore", {
  input: { CustomKeyStoreId: customKeyStoreId },
  readOnly: false,
  async run({ input, ...desk }) {
    const keyStore = await requireKeyStore(input.CustomKeyStoreId, desk);
    const { connectionState } = keyStore;
    if (connectionState === "CONNECTED" || connectionState === "CONNECTING") {
      return { output: {}, ...clusterOnRecord(keyStore) };
    }
    if (connectionState !== "DISCONNECTED") {
      throw invalidKeyStoreState(keyStore, "Disconnect it before you connect it.");
    }
    const changes = [moved(keyStore, "CONNECTING")];
    return { output: {}, changes, ...clusterOnRecord(keyStore) };
  },
  record: ({ CustomKeyStoreId }) => ({ customKeyStoreId: CustomKeyStoreId }),
});
