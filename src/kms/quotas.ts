/** The resource quotas of an account in a Region, as AWS documents them. */
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";
import type { Desk } from "./operation.ts";
import type { Store } from "../store/store.ts";

const maxKeys = 100_000;
const maxAliasesPerKey = 50;

export async function requireKeyQuota({ store, caller, facts }: Desk): Promise<void> {
  const keys = await store.countKeys(caller.accountId, facts.region);
  if (keys >= maxKeys) throw exceeded(`The quota of ${maxKeys} KMS keys has been reached.`);
}

export async function requireAliasQuota(store: Store, key: Key): Promise<void> {
  if ((await store.countAliases(key)) >= maxAliasesPerKey) {
    throw exceeded(
      `The quota of ${maxAliasesPerKey} aliases for the key ${key.arn} has been reached.`,
    );
  }
}

function exceeded(message: string): KmsError {
  return new KmsError("LimitExceededException", message);
}
