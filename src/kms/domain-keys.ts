/**
 * The domain keys: stored wrapped under the root key, opened in the vault each time a
 * vault comes up. Without one the vault can neither wrap nor unwrap key material.
 */
import type { Store } from "../store/store.ts";
import { isRefusal, type VaultClient } from "../vault-protocol/commands.ts";
import { askVault } from "./vault.ts";

/** The vault's root key is not the one that this store's keys are wrapped under. */
export class WrongVault extends Error {
  constructor() {
    super(
      "The vault's root key does not open the keys in this data directory: " +
        "the vault folder and keyhaven.db do not belong together.",
    );
    this.name = "WrongVault";
  }
}

/** Makes the vault ready for work; makes the first domain key when there is none yet. */
export async function openDomainKeys(
  vault: VaultClient,
  store: Store,
  nowMs: number,
): Promise<void> {
  const domainKeys = await store.listDomainKeys();
  if (domainKeys.length > 0) {
    const reply = await vault.send("openDomainKeys", { domainKeys });
    if (isRefusal(reply)) throw new WrongVault();
    return;
  }
  const number = 1;
  const { wrapped } = await askVault(vault, "createDomainKey", { number });
  await store.commit([
    { kind: "insert", table: "domainKeys", record: { number, wrapped, createdAtMs: nowMs } },
  ]);
}
