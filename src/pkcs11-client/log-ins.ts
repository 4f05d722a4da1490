/**
 * Logging in to tokens: one after the other for each token, and never twice with a password
 * that a token has refused, for that would lock its user out.
 */
import type { Done } from "../pkcs11-protocol/commands.ts";
import type { KeyStorePasswords, TokenKeyStore } from "../service/token-keys.ts";
import type { Reattaching } from "./reattaching.ts";
import { isNotDone, type NotDone } from "./token-channel.ts";

type LoggedIn = Done | NotDone;

interface Again {
  readonly tokenLabel: string;
  readonly keyStore: TokenKeyStore;
  /** The count when the command was sent that found nobody logged in. */
  readonly seen: number;
}

/** Failures that another attempt with the same password would only make worse. */
const refusals: ReadonlySet<NotDone["failed"]> = new Set<NotDone["failed"]>([
  "pin-incorrect",
  "user-locked",
  "user-missing",
]);

export class LogIns {
  readonly #connection: Reattaching;
  readonly #passwords: KeyStorePasswords;
  readonly #counts = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<LoggedIn>>();
  readonly #refused = new Map<string, NotDone>();

  constructor(connection: Reattaching, passwords: KeyStorePasswords) {
    this.#connection = connection;
    this.#passwords = passwords;
  }

  /** How often somebody logged in to this token. */
  countOf(tokenLabel: string): number {
    return this.#counts.get(tokenLabel) ?? 0;
  }

  /** Logs in, whatever came of it before: somebody has asked for just that. */
  async logIn(tokenLabel: string, keyStore: TokenKeyStore): Promise<LoggedIn> {
    await this.#untilIdle(tokenLabel);
    this.#refused.delete(tokenLabel);
    return await this.#begin(tokenLabel, keyStore);
  }

  /** For a command that found nobody logged in: once for all such commands. */
  async logInAgain({ tokenLabel, keyStore, seen }: Again): Promise<LoggedIn> {
    const underWay = this.#underWay.get(tokenLabel);
    if (underWay !== undefined) return await underWay;
    const refused = this.#refused.get(tokenLabel);
    if (refused !== undefined) return refused;
    return this.countOf(tokenLabel) > seen
      ? { done: true }
      : await this.#begin(tokenLabel, keyStore);
  }

  /** From now on nobody logs in for a command that comes late: only who asks for just that. */
  async logOut(tokenLabel: string): Promise<LoggedIn> {
    this.#refused.set(tokenLabel, { failed: "logged-out" });
    await this.#untilIdle(tokenLabel);
    return await this.#connection.send("logOut", { tokenLabel });
  }

  /** Whoever has waited finds the next one at it, perhaps; each of them comes to an end. */
  async #untilIdle(tokenLabel: string): Promise<void> {
    for (;;) {
      const underWay = this.#underWay.get(tokenLabel);
      if (underWay === undefined) return;
      await underWay.catch(() => undefined);
    }
  }

  async #begin(tokenLabel: string, keyStore: TokenKeyStore): Promise<LoggedIn> {
    const loggingIn = this.#send(tokenLabel, keyStore);
    this.#underWay.set(tokenLabel, loggingIn);
    try {
      const answer = await loggingIn;
      if (!isNotDone(answer)) this.#counts.set(tokenLabel, this.countOf(tokenLabel) + 1);
      if (isNotDone(answer) && refusals.has(answer.failed)) this.#refused.set(tokenLabel, answer);
      return answer;
    } finally {
      if (this.#underWay.get(tokenLabel) === loggingIn) this.#underWay.delete(tokenLabel);
    }
  }

  async #send(tokenLabel: string, keyStore: TokenKeyStore): Promise<LoggedIn> {
    const pin = await this.#passwords.open(keyStore, keyStore.sealedPassword);
    try {
      return await this.#connection.send("logIn", { tokenLabel, pin });
    } finally {
      pin.fill(0);
    }
  }
}
