/** GetKeyLastUsage: the last successful cryptographic operation, or an empty answer for a key never used. */
import type { KeyLastUsageData } from "@aws-sdk/client-kms";
import type { Output } from "../../contract.ts";
import type { KeyLastUsageRecord } from "../../../store/records.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const getKeyLastUsage = keyOperation("GetKeyLastUsage", {
  input: { KeyId: shape.keyReference },
  readOnly: true,
  uses: useOfKeyId("GetKeyLastUsage", { state: "any" }),
  async run({ key, lastUsages }) {
    const usage = await lastUsages.find(key);
    const created = new Date(key.createdAtMs);
    const output: Output<"GetKeyLastUsage"> = {
      KeyId: key.keyId,
      KeyCreationDate: created,
      // Every use since a key was created is noted, so tracking starts with the key.
      TrackingStartDate: created,
      KeyLastUsage: usage === undefined ? {} : usageMembers(usage),
    };
    return { output };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});

function usageMembers(usage: KeyLastUsageRecord): KeyLastUsageData {
  return {
    Operation: usage.operation as KeyLastUsageData["Operation"],
    Timestamp: new Date(usage.usedAtMs),
    CloudTrailEventId: usage.eventId,
    KmsRequestId: usage.requestId,
  };
}
