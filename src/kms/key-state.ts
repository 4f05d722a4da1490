/** Which key states an operation can work with, and what AWS answers in the others. */
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

export type StateRequirement =
  | "enabled"
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
  if (requirement === "enabled" && key.keyState === "Disabled") {
    throw new KmsError("DisabledException", `${key.arn} is disabled.`);
  }
  if (requirement === "enabled" && key.keyState !== "Enabled") {
    throw new Error(`key state ${key.keyState} is not known`);
  }
}

/** Refuses a key for want of key material that its owner has to import. */
export function pendingImport(key: Key): KmsError {
  return invalidState(`${key.arn} is pending import.`);
}

function invalidState(message: string): KmsError {
  return new KmsError("KMSInvalidStateException", message);
}
