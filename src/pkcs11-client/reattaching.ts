import type { Duplex } from "node:stream";
import type { TokenCommandName, TokenRequest } from "../pkcs11-protocol/commands.ts";
import { type Answer, TokenChannel } from "./token-channel.ts";

const waitingAtMost = 1_024;

/** The process that works with tokens, as one that is sometimes away: commands wait a while for it. */
export class Reattaching {
  readonly #patienceMs: number;
  readonly #waiting = new Set<(channel: TokenChannel | undefined) => void>();
  #channel: TokenChannel | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  attach(socket: Duplex): void {
    this.#channel?.close();
    const channel = new TokenChannel(socket, () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    this.#channel = channel;
    for (const proceed of this.#waiting) proceed(channel);
    this.#waiting.clear();
  }

  close(): void {
    this.#channel?.close();
  }

  async send<Name extends TokenCommandName>(
    command: Name,
    request: TokenRequest<Name>,
  ): Promise<Answer<Name>> {
    const channel = this.#channel ?? (await this.#next());
    return channel === undefined ? { failed: "away" } : await channel.send(command, request);
  }

  async #next(): Promise<TokenChannel | undefined> {
    if (this.#patienceMs === 0 || this.#waiting.size >= waitingAtMost) return undefined;
    return await new Promise((resolve) => {
      const proceed = (channel: TokenChannel | undefined): void => {
        clearTimeout(patience);
        this.#waiting.delete(proceed);
        resolve(channel);
      };
      const patience = setTimeout(() => proceed(undefined), this.#patienceMs);
      this.#waiting.add(proceed);
    });
  }
}
