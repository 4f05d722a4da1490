/** Which key states an operation can work with, and what AWS answers in the others. */
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

/**
 * "not disabled" lets a key pass whose key store is not connected: for what needs no
 * external key, and for what no key in a key store can do, connected or not. There the
 * reason given is the kind of key it is.
 */
export type StateRequirement =
  | "enabled"
  | "not disabled"
  | "enabled or disabled"
  | "not pending deletion"
  | "pending deletion"
  | "any";

/** The states of a key that is to be deleted. A primary key waits for its replicas first. */
const pendingWords: ReadonlyMap<string, string> = new Map([
  ["PendingDeletion", "pending deletion"],
  ["PendingReplicaDeletion", "pending replica deletion"],
]);

export function isToBeDeleted({ keyState }: Pick<Key, "keyState">): boolean {
  return pendingWords.has(keyState);
}

/**
 * The state of a key as callers see it. While its key store is not connected it is
 * Unavailable; what it was before comes back with the connection.
 */
export function shownState(key: Key): string {
  const { keyState, keyStore } = key;
  const isAway = keyStore !== undefined && keyStore.connectionState !== "CONNECTED";
  return isAway && !isToBeDeleted(key) ? "Unavailable" : keyState;
}

/** Refuses a key whose state does not fit, as the Key states page of the KMS developer guide has it. */
export function requireState(key: Key, requirement: StateRequirement): void {
  if (requirement === "any") return;
  const pending = pendingWords.get(key.keyState);
  if (requirement === "pending deletion") {
    if (pending === undefined) throw invalidState(`${key.arn} is not pending deletion.`);
    return;
  }
  if (pending !== undefined) throw invalidState(`${key.arn} is ${pending}.`);
  if (requirement === "not pending deletion") return;
  if (key.keyState === "PendingImport") throw pendingImport(key);
  if (requirement !== "enabled or disabled") requireEnabled(key, requirement);
}

function requireEnabled(key: Key, requirement: "enabled" | "not disabled"): void {
  const state = shownState(key);
  if (state === "Disabled") throw new KmsError("DisabledException", `${key.arn} is disabled.`);
  if (state === "Enabled") return;
  if (state !== "Unavailable") throw new Error(`key state ${state} is not known`);
  if (requirement === "enabled") throw invalidState(`${key.arn} is unavailable.`);
}

/** Refuses a key for want of key material that its owner has to import. */
export function pendingImport(key: Key): KmsError {
  return invalidState(`${key.arn} is pending import.`);
}

function invalidState(message: string): KmsError {
  return new KmsError("KMSInvalidStateException", message);
}
