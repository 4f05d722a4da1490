/**
 * Key stores on their way: what ConnectCustomKeyStore and DisconnectCustomKeyStore began
 * is brought to its end here. What is on its way is in the store, so a restart in between
 * makes no difference.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ExternalKeys, hasFailed } from "../service/external-keys.ts";
import type { TokenKeys } from "../service/token-keys.ts";
import type { CustomKeyStoreRecord } from "../store/records.ts";
import { type Change, type Store, StoreConflict } from "../store/store.ts";
import { moved, proxyOf } from "./key-stores.ts";
import { hasProblem, tokenConnectionErrorCode } from "./token-failures.ts";
import { tokenKeyStoreOf } from "./token-key-store.ts";
import { connectionErrorCode } from "./xks-failures.ts";

export interface KeyStoreParts {
  readonly store: Store;
  readonly externalKeys: ExternalKeys;
  readonly tokenKeys: TokenKeys;
}

/** Proxies and tokens that are asked side by side. */
const batchSize = 32;

/** How long a turn waits. What takes longer holds up no other key store: it goes on beside the next turns. */
const turnMs = 1_000;

export class KeyStoreConnections {
  readonly #parts: KeyStoreParts;
  /** Each is asked once at a time: a token counts wrong passwords. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(parts: KeyStoreParts) {
    this.#parts = parts;
  }

  /** Brings up to so many key stores to where they are going. Rejects when one could not be stored there. */
  async settle(): Promise<void> {
    const onTheirWay = await this.#parts.store.listCustomKeyStoresOnTheirWay(batchSize);
    const ends = await Promise.race([
      Promise.allSettled(onTheirWay.map(async (keyStore) => await this.#settleOne(keyStore))),
      sleep(turnMs, [], { ref: false }),
    ]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  /** Resolves when nothing is under way any more, however it ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #settleOne(keyStore: CustomKeyStoreRecord): Promise<void> {
    const { accountId, region, customKeyStoreId } = keyStore;
    const name = JSON.stringify([accountId, region, customKeyStoreId]);
    const before = this.#underWay.get(name);
    if (before !== undefined) return await before;
    const settling = settle(keyStore, this.#parts);
    this.#underWay.set(name, settling);
    try {
      await settling;
    } finally {
      this.#underWay.delete(name);
    }
  }
}

async function settle(keyStore: CustomKeyStoreRecord, parts: KeyStoreParts): Promise<void> {
  try {
    await parts.store.commit([await nextStep(keyStore, parts)]);
  } catch (error) {
    // Someone changed it meanwhile: it is looked at again the next time.
    if (!(error instanceof StoreConflict)) throw error;
  }
}

async function nextStep(keyStore: CustomKeyStoreRecord, parts: KeyStoreParts): Promise<Change> {
  return keyStore.customKeyStoreType === "AWS_CLOUDHSM"
    ? await nextStepInCluster(keyStore, parts)
    : await nextStepAtProxy(keyStore, parts);
}

async function nextStepInCluster(
  keyStore: CustomKeyStoreRecord,
  { tokenKeys }: KeyStoreParts,
): Promise<Change> {
  const inCluster = tokenKeyStoreOf(keyStore);
  if (keyStore.connectionState === "DISCONNECTING") {
    // What cannot be logged out of is away, and whoever comes back is not logged in.
    await tokenKeys.disconnect(inCluster);
    return moved(keyStore, "DISCONNECTED");
  }
  const answer = await tokenKeys.connect(inCluster);
  return hasProblem(answer)
    ? moved(keyStore, "FAILED", tokenConnectionErrorCode(answer.failed))
    : moved(keyStore, "CONNECTED");
}

async function nextStepAtProxy(
  keyStore: CustomKeyStoreRecord,
  { externalKeys }: KeyStoreParts,
): Promise<Change> {
  if (keyStore.connectionState === "DISCONNECTING") return moved(keyStore, "DISCONNECTED");
  const cause = { kmsOperation: "ConnectCustomKeyStore", kmsRequestId: randomUUID() };
  const answer = await externalKeys.checkHealth(proxyOf(keyStore), cause);
  return hasFailed(answer)
    ? moved(keyStore, "FAILED", connectionErrorCode(answer.failed))
    : moved(keyStore, "CONNECTED");
}
