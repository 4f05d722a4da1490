/**
 * One token, by its label: found, logged in to, and worked with on a few sessions at once.
 * What waits longer than anybody waits for it is not begun.
 */
import type { Cryptoki } from "./cryptoki.ts";
import type { Handle } from "./functions.ts";
import { KeyHandles } from "./key-handles.ts";
import { TokenError } from "./return-values.ts";
import { requireFitToken } from "./token-fitness.ts";

/** Each has a thread of its own while a call is under way. */
const sessionsPerToken = 4;
const waitingAtMost = 256;

interface LogIn {
  readonly slot: Handle;
  /** Idle: closing the last session of a token would log out. */
  readonly holdsLogIn: Handle;
  readonly free: Handle[];
  readonly handles: KeyHandles;
}

/** What is done on a session, with the handles of the login that it belongs to. */
type Work<Result> = (session: Handle, handles: KeyHandles) => Promise<Result>;

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: () => void;
  readonly deadlineMs: number;
}

export class Token {
  readonly #cryptoki: Cryptoki;
  readonly #label: string;
  readonly #waiting: Waiting[] = [];
  #busy = 0;
  #turn: Promise<undefined> = Promise.resolve(undefined);
  #logIn: LogIn | undefined;

  constructor(cryptoki: Cryptoki, label: string) {
    this.#cryptoki = cryptoki;
    this.#label = label;
  }

  /** Where the token is. Rejects with TokenError when it is not there or not fit. */
  async find(): Promise<Handle> {
    const slots = await this.#cryptoki.listSlots();
    const found: Handle[] = [];
    for (const slot of slots) if (await this.#isIn(slot)) found.push(slot);
    const [slot] = found;
    if (slot === undefined) throw new TokenError("token-missing", "no token has that label");
    // Which of them is meant would be a guess.
    if (found.length > 1) throw new TokenError("token-unfit", "several tokens have that label");
    await requireFitToken(this.#cryptoki, slot);
    return slot;
  }

  /** Logs in with this PIN and no other, whoever was logged in before. */
  async logIn(pin: Buffer): Promise<void> {
    await this.#alone(async () => await this.#logInNow(pin));
  }

  /** Ends all sessions; what is under way on them fails. */
  async logOut(): Promise<void> {
    await this.#alone(async () => await this.#logOutNow());
  }

  /** One after the other: in between, nobody knows who is logged in. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#turn = promise;
    await before;
    try {
      await work();
    } finally {
      resolve(undefined);
    }
  }

  async #logInNow(pin: Buffer): Promise<void> {
    const slot = await this.find();
    await this.#logOutNow();
    const session = await this.#cryptoki.openSession(slot);
    try {
      await this.#cryptoki.logIn(session, pin);
    } catch (error) {
      await this.#cryptoki.closeAllSessions(slot);
      throw error;
    }
    this.#logIn = { slot, holdsLogIn: session, free: [], handles: new KeyHandles() };
  }

  async #logOutNow(): Promise<void> {
    const logIn = this.#logIn;
    this.#logIn = undefined;
    if (logIn !== undefined) await this.#cryptoki.closeAllSessions(logIn.slot);
  }

  /**
   * Does work on a session that nobody else uses meanwhile, once there is one. Rejects with
   * TokenError: "logged-out" when nobody has logged in, or somebody logged in anew or out
   * meanwhile, whatever came of the work; "busy" when too much waits.
   */
  async use<Result>(deadlineMs: number, work: Work<Result>): Promise<Result> {
    await this.#place(deadlineMs);
    try {
      return await this.#onSession(work);
    } finally {
      this.#busy -= 1;
      this.#beginNext();
    }
  }

  async #isIn(slot: Handle): Promise<boolean> {
    try {
      const info = await this.#cryptoki.tokenInfo(slot);
      return info.toString("utf8", 0, labelBytes).trimEnd() === this.#label;
    } catch (error) {
      if (error instanceof TokenError) return false;
      throw error;
    }
  }

  async #place(deadlineMs: number): Promise<void> {
    if (this.#busy < sessionsPerToken) {
      this.#busy += 1;
      return;
    }
    if (this.#waiting.length >= waitingAtMost) throw busy();
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ begin: resolve, giveUp: () => reject(busy()), deadlineMs });
    });
  }

  #beginNext(): void {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.deadlineMs > performance.now()) {
        this.#busy += 1;
        next.begin();
        return;
      }
      next.giveUp();
    }
  }

  async #onSession<Result>(work: Work<Result>): Promise<Result> {
    const logIn = this.#logIn;
    if (logIn === undefined) throw new TokenError("logged-out", "nobody has logged in");
    const session = logIn.free.pop() ?? (await this.#cryptoki.openSession(logIn.slot));
    try {
      this.#requireStill(logIn);
      const result = await work(session, logIn.handles);
      this.#requireStill(logIn);
      logIn.free.push(session);
      return result;
    } catch (error) {
      // With another's login, a handle may stand for another's key: no failure is to be believed.
      if (error instanceof TokenError) this.#requireStill(logIn);
      // It may have been left in the middle of something.
      if (this.#logIn === logIn) await this.#cryptoki.closeSession(session).catch(() => undefined);
      throw error;
    }
  }

  #requireStill(logIn: LogIn): void {
    if (this.#logIn !== logIn) throw new TokenError("logged-out", "it was in another login");
  }
}

const labelBytes = 32;

function busy(): TokenError {
  return new TokenError("busy", "too much waits for the token");
}
