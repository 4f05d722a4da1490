import type { VaultClient } from "../vault-protocol/commands.ts";
import { type VaultOptions, openVault } from "./open-vault.ts";

/**
 * The real vault without a process of its own, for tests and benches. Nothing guards its
 * keys here. Commands wait until it is open, and reject when it cannot be opened.
 */
export function openVaultInProcess(options: VaultOptions): VaultClient & { close(): void } {
  const opening = openVault(options);
  // Whoever sends a command hears of it.
  opening.catch(() => {});
  return {
    async send(command, request) {
      const vault = await opening;
      return await vault.handlers[command](request);
    },
    close() {
      void opening.then(
        (vault) => vault.close(),
        () => {},
      );
    },
  };
}
