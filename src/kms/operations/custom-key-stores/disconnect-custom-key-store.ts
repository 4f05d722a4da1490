/** DisconnectCustomKeyStore: its keys are unavailable from now on, until it is connected again. */
import { customKeyStoreId } from "../../key-store-shapes.ts";
import { clusterOnRecord, invalidKeyStoreState, moved, requireKeyStore } from "../../key-stores.ts";
import { accountOperation } from "../../operation.ts";

export const disconnectCustomKeyStore = accountOperation("DisconnectCustomKeyStore", {
  input: { CustomKeyStoreId: customKeyStoreId },
  readOnly: false,
  async run({ input, ...desk }) {
    const keyStore = await requireKeyStore(input.CustomKeyStoreId, desk);
    const { connectionState } = keyStore;
    if (connectionState === "DISCONNECTED" || connectionState === "DISCONNECTING") {
      throw invalidKeyStoreState(keyStore, "It cannot be disconnected.");
    }
    const changes = [moved(keyStore, "DISCONNECTING")];
    return { output: {}, changes, ...clusterOnRecord(keyStore) };
  },
  record: ({ CustomKeyStoreId }) => ({ customKeyStoreId: CustomKeyStoreId }),
});
