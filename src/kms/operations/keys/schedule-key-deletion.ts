/** ScheduleKeyDeletion: the key cannot be used any more, and is gone when the waiting period is over. */
import { msPerDay } from "../../../lib/clock.ts";
import type { Store } from "../../../store/store.ts";
import type { Output } from "../../contract.ts";
import { daysUnused } from "../../days-unused.ts";
import { KmsError } from "../../errors.ts";
import { changed, type Key } from "../../key.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import { hasReplicas } from "../../related-keys.ts";
import * as shape from "../../shapes.ts";
import { usDate } from "../../../lib/us-date.ts";
import { backingKeysOf, tokenOrigin } from "../../token-key.ts";

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
  async run({ input, key, store, nowMs }) {
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    const scheduled = (await hasReplicas(store, key))
      ? whenReplicasAreGone(windowDays)
      : after(windowDays, nowMs);
    const { keyState, deletionAtMs } = scheduled;
    const output: Output<"ScheduleKeyDeletion"> = {
      KeyId: key.arn,
      DeletionDate: deletionAtMs === null ? undefined : new Date(deletionAtMs),
      KeyState: keyState,
      PendingWindowInDays: windowDays,
    };
    return {
      output,
      changes: [{ kind: "update", table: "keys", record: changed(key, scheduled) }],
      responseElements: {
        keyId: key.arn,
        keyState,
        deletionDate: deletionAtMs === null ? undefined : usDate(deletionAtMs),
        pendingWindowInDays: windowDays,
      },
      ...(await backingKeys(store, key)),
    };
  },
  record: ({ KeyId, PendingWindowInDays }) => ({
    keyId: KeyId,
    pendingWindowInDays: PendingWindowInDays,
  }),
});

/** A key in a token is on record with what is to be destroyed there. */
async function backingKeys(store: Store, key: Key) {
  if (key.origin !== tokenOrigin) return {};
  const additionalEventData = backingKeysOf(key, await store.listKeyMaterials(key));
  return additionalEventData === undefined ? {} : { additionalEventData };
}

function after(windowDays: number, nowMs: number) {
  return { keyState: "PendingDeletion", deletionAtMs: nowMs + windowDays * msPerDay } as const;
}

/** The waiting period of a primary key begins when its last replica is deleted. */
function whenReplicasAreGone(pendingWindowDays: number) {
  return { keyState: "PendingReplicaDeletion", deletionAtMs: null, pendingWindowDays } as const;
}
