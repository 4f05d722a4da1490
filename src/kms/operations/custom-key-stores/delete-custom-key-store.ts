/** DeleteCustomKeyStore: of an empty key store that is not connected. Nothing is said to its proxy or token. */
import { KmsError } from "../../errors.ts";
import { customKeyStoreId } from "../../key-store-shapes.ts";
import { clusterOnRecord, invalidKeyStoreState, requireKeyStore } from "../../key-stores.ts";
import { accountOperation } from "../../operation.ts";

export const deleteCustomKeyStore = accountOperation("DeleteCustomKeyStore", {
  input: { CustomKeyStoreId: customKeyStoreId },
  readOnly: false,
  async run({ input, ...desk }) {
    const record = await requireKeyStore(input.CustomKeyStoreId, desk);
    // A key that is made meanwhile changes the record too, so one of the two is begun again.
    if (await desk.store.hasKeysInStore(record)) {
      throw new KmsError(
        "CustomKeyStoreHasCMKsException",
        "The custom key store contains KMS keys. Schedule their deletion, and wait until they " +
          "are deleted.",
      );
    }
    if (record.connectionState !== "DISCONNECTED") {
      throw invalidKeyStoreState(record, "Disconnect it before you delete it.");
    }
    return {
      output: {},
      changes: [{ kind: "delete", table: "customKeyStores", record }],
      ...clusterOnRecord(record),
    };
  },
  record: ({ CustomKeyStoreId }) => ({ customKeyStoreId: CustomKeyStoreId }),
});
