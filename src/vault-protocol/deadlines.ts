/**
 * How long whoever sends a command waits for its reply. The vault counts from when the
 * command arrives, and does not begin work that nobody waits for any more.
 */
import type { VaultCommandName, VaultRequest } from "./commands.ts";

export const deadlinesMs = { keyPair: 20_000, other: 5_000 } as const;

/** As many RSA key pairs are made at once: half of the threads that the vault works with. */
export const pairsAtOnce = 2;

/**
 * What kind of pair a command has the vault make, for those that have it make one. They may
 * have to look for primes, which takes as long as luck will have it.
 */
export const pairSpecOf: {
  readonly [Name in VaultCommandName]?: (request: VaultRequest<Name>) => string;
} = {
  createKeyPair: ({ facts }) => facts.keySpec,
  createImportKey: ({ wrappingKeySpec }) => wrappingKeySpec,
  generateDataKeyPair: ({ keyPairSpec }) => keyPairSpec,
  generateDataKeyPairWithoutPlaintext: ({ keyPairSpec }) => keyPairSpec,
  generateDataKeyPairForRecipient: ({ keyPairSpec }) => keyPairSpec,
};

export function deadlineMsOf(command: VaultCommandName): number {
  return Object.hasOwn(pairSpecOf, command) ? deadlinesMs.keyPair : deadlinesMs.other;
}
