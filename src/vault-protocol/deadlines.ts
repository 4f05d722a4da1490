/**
 * How long whoever sends a command waits for its reply. The vault counts from when the
 * command arrives, and does not begin work that nobody waits for any more.
 */
import type { VaultCommandName } from "./commands.ts";

export const deadlinesMs = { keyPair: 20_000, other: 5_000 } as const;

/** As many RSA key pairs are made at once: half of the threads that the vault works with. */
export const pairsAtOnce = 2;

/** These may have to look for primes, which takes as long as luck will have it. */
const pairCommands: ReadonlySet<VaultCommandName> = new Set<VaultCommandName>([
  "createKeyPair",
  "createImportKey",
  "generateDataKeyPair",
  "generateDataKeyPairWithoutPlaintext",
  "generateDataKeyPairForRecipient",
]);

export function deadlineMsOf(command: VaultCommandName): number {
  return pairCommands.has(command) ? deadlinesMs.keyPair : deadlinesMs.other;
}
