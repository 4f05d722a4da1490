/**
 * CancelKeyDeletion: the key is saved, and disabled until someone enables it. One that has
 * lost imported key material meanwhile waits for that first.
 */
import type { Output } from "../../contract.ts";
import { externalOrigin, isComplete } from "../../imported-material.ts";
import { changed, type Key } from "../../key.ts";
import { type Desk, keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const cancelKeyDeletion = keyOperation("CancelKeyDeletion", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  uses: useOfKeyId("CancelKeyDeletion", { state: "pending deletion" }),
  async run({ key, ...desk }) {
    const keyState = await savedState(key, desk);
    const record = changed(key, { keyState, deletionAtMs: null, pendingWindowDays: null });
    const output: Output<"CancelKeyDeletion"> = { KeyId: key.arn };
    return {
      output,
      changes: [{ kind: "update", table: "keys", record }],
      responseElements: { keyId: key.arn },
    };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});

async function savedState(key: Key, { store, nowMs }: Desk): Promise<string> {
  if (key.origin !== externalOrigin) return "Disabled";
  const materials = await store.listKeyMaterials(key);
  return isComplete(key, materials, nowMs) ? "Disabled" : "PendingImport";
}
