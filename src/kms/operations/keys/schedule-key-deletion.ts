/** ScheduleKeyDeletion: the key cannot be used any more, and is gone when the waiting period is over. */
import { msPerDay } from "../../../lib/clock.ts";
import type { Output } from "../../contract.ts";
import { daysUnused } from "../../days-unused.ts";
import { KmsError } from "../../errors.ts";
import { changed } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";
import { usDate } from "../../us-date.ts";

const defaultWindowDays = 30;
const minWindowDays = 7;
const maxWindowDays = 30;

export const scheduleKeyDeletion = keyOperation("ScheduleKeyDeletion", {
  input: {
    KeyId: shape.keyReference,
    PendingWindowInDays: shape.optional(shape.integer({ min: 1, max: 365 })),
  },
  readOnly: false,
  validate({ PendingWindowInDays: days = defaultWindowDays }) {
    if (days >= minWindowDays && days <= maxWindowDays) return;
    throw new KmsError(
      "ValidationException",
      `PendingWindowInDays must be between ${minWindowDays} and ${maxWindowDays} (inclusive).`,
    );
  },
  uses: useOfKeyId("ScheduleKeyDeletion", {
    state: "not pending deletion",
    keyConditions: daysUnused,
    conditions: (input) => {
      const { PendingWindowInDays } = input as { readonly PendingWindowInDays?: number };
      return { "kms:ScheduleKeyDeletionPendingWindowInDays": PendingWindowInDays?.toString() };
    },
  }),
  run({ input, key, nowMs }) {
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    const deletionAtMs = nowMs + windowDays * msPerDay;
    const record = changed(key, { keyState: "PendingDeletion", deletionAtMs });
    const output: Output<"ScheduleKeyDeletion"> = {
      KeyId: key.arn,
      DeletionDate: new Date(deletionAtMs),
      KeyState: "PendingDeletion",
      PendingWindowInDays: windowDays,
    };
    return Promise.resolve({
      output,
      changes: [{ kind: "update", table: "keys", record }],
      responseElements: {
        keyId: key.arn,
        keyState: "PendingDeletion",
        deletionDate: usDate(deletionAtMs),
        pendingWindowInDays: windowDays,
      },
    });
  },
  record: ({ KeyId, PendingWindowInDays }) => ({
    keyId: KeyId,
    pendingWindowInDays: PendingWindowInDays,
  }),
});
