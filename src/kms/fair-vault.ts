/**
 * The vault, shared between accounts. Its quick commands are sent as they come. The slow
 * ones get some of its places, in turn, so that the others always find one; and the making
 * of RSA key pairs, of which one takes as long as hundreds of signatures, gets few.
 */
import {
  slowCommands,
  type Refusal,
  type VaultClient,
  type VaultCommandName,
  type VaultReply,
  type VaultRequest,
} from "../vault-protocol/commands.ts";
import { deadlinesMs, pairsAtOnce, pairSpecOf } from "../vault-protocol/deadlines.ts";
import { FairPlaces } from "./fair-places.ts";

const isSlow: ReadonlySet<VaultCommandName> = new Set<VaultCommandName>(slowCommands);

export class FairVault {
  readonly #vault: VaultClient;
  /** An RSA_4096 pair takes about half a second, so the last in line waits for about ten. */
  readonly #primes = new FairPlaces({
    count: pairsAtOnce,
    perAccount: 32,
    maximumWaiting: 256,
    patienceMs: 30_000,
  });
  /** Half of what the vault takes at once; more connections than can wait there are not. */
  readonly #others = new FairPlaces({
    count: 512,
    perAccount: 1_024,
    maximumWaiting: 4_096,
    patienceMs: deadlinesMs.other,
  });

  constructor(vault: VaultClient) {
    this.#vault = vault;
  }

  /**
   * The vault for the calls of one account. A command of its that is one too many throws
   * ThrottlingException.
   */
  onBehalfOf(accountId: string): VaultClient {
    return { send: (command, request) => this.#send(accountId, command, request) };
  }

  #send<Name extends VaultCommandName>(
    accountId: string,
    command: Name,
    request: VaultRequest<Name>,
  ): Promise<VaultReply<Name> | Refusal> {
    if (!isSlow.has(command)) return this.#vault.send(command, request);
    const isRsa = pairSpecOf[command]?.(request).startsWith("RSA_") === true;
    const places = isRsa ? this.#primes : this.#others;
    return places.run(accountId, async () => await this.#vault.send(command, request));
  }
}
