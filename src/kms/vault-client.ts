/** The vault as KMS sees it, whichever process it is at the moment. */
import type { Duplex } from "node:stream";
import {
  type Refusal,
  type VaultClient,
  type VaultCommandName,
  type VaultReply,
  type VaultRequest,
  VaultUnavailable,
} from "../vault-protocol/commands.ts";
import { VaultChannel } from "./vault-channel.ts";

const defaultPatienceMs = 2_000;
const maximumWaiting = 1_024;

export interface VaultConnectionOptions {
  /** Prepares a vault that has just been attached, before any other command reaches it. */
  readonly onAttach?: (vault: VaultClient) => Promise<void>;
  /** Hears why a vault could not be prepared. Its socket is closed then. */
  readonly onAttachFailure?: (error: unknown) => void;
  /** How long any command may take, instead of what the protocol gives each. */
  readonly deadlineMs?: number;
  /** How long a command waits for a vault while none is attached. */
  readonly patienceMs?: number;
}

export interface VaultConnection extends VaultClient {
  /**
   * Sends commands to the vault behind this socket from now on. What the one before has
   * not answered rejects with VaultUnavailable.
   */
  attach(socket: Duplex): void;
  /** Ends the connection, and with it the vault's process. */
  close(): void;
}

/** A connection without a vault yet: commands wait a while for one to be attached. */
export function connectVault(options: VaultConnectionOptions = {}): VaultConnection {
  return new Reconnecting(options);
}

class Reconnecting implements VaultConnection {
  readonly #options: VaultConnectionOptions;
  /** The latest that was attached; commands go to it once it is prepared. */
  #latest: VaultChannel | undefined;
  #prepared: VaultChannel | undefined;
  readonly #waiting = new Set<(channel: VaultChannel) => void>();

  constructor(options: VaultConnectionOptions) {
    this.#options = options;
  }

  send<Name extends VaultCommandName>(
    command: Name,
    request: VaultRequest<Name>,
  ): Promise<VaultReply<Name> | Refusal> {
    if (this.#prepared !== undefined) return this.#prepared.send(command, request);
    return this.#sendOncePrepared(command, request);
  }

  attach(socket: Duplex): void {
    this.#latest?.close();
    const channel = new VaultChannel(socket, {
      deadlineMs: this.#options.deadlineMs,
      onClose: () => this.#lose(channel),
    });
    this.#latest = channel;
    void this.#prepare(channel);
  }

  close(): void {
    this.#latest?.close();
  }

  async #prepare(channel: VaultChannel): Promise<void> {
    try {
      await this.#options.onAttach?.(channel);
    } catch (error) {
      channel.close();
      this.#options.onAttachFailure?.(error);
      return;
    }
    // It may have died, or been replaced, while it was prepared.
    if (channel.isClosed) return;
    this.#prepared = channel;
    for (const proceed of this.#waiting) proceed(channel);
    this.#waiting.clear();
  }

  #lose(channel: VaultChannel): void {
    if (this.#prepared === channel) this.#prepared = undefined;
    if (this.#latest === channel) this.#latest = undefined;
  }

  async #sendOncePrepared<Name extends VaultCommandName>(
    command: Name,
    request: VaultRequest<Name>,
  ): Promise<VaultReply<Name> | Refusal> {
    const channel = await this.#nextPrepared();
    return await channel.send(command, request);
  }

  #nextPrepared(): Promise<VaultChannel> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= maximumWaiting) {
        reject(new VaultUnavailable("too many commands wait for a vault"));
        return;
      }
      const proceed = (channel: VaultChannel): void => {
        clearTimeout(patience);
        resolve(channel);
      };
      const patience = setTimeout(() => {
        this.#waiting.delete(proceed);
        reject(new VaultUnavailable("no vault is attached"));
      }, this.#options.patienceMs ?? defaultPatienceMs);
      this.#waiting.add(proceed);
    });
  }
}
