/** Keeps a vault and an API process running, and brings both to an end. */
import { BackOff } from "./back-off.ts";
import { hasEnded } from "./child-process.ts";
import type { RunningVault } from "./keep-vault.ts";
import { keepVault, pause } from "./keep-vault.ts";
import type { FromServer } from "./messages.ts";
import type { ServerConfig } from "./server-config.ts";
import type { RunningServer } from "./start-server.ts";
import { startServer } from "./start-server.ts";

/** What is to be kept running, and whom to tell. */
export interface Supervision {
  readonly config: ServerConfig;
  /** The file the API process begins with. */
  readonly serverEntry: string;
  readonly startVault: () => RunningVault;
  /** Starts what works with PKCS#11 tokens; missing where there are none. */
  readonly startTokens?: (() => RunningVault) | undefined;
  /** Resolves when a vault that has just been started may be relied on, or has ended. */
  readonly untilVaultLives: (vault: RunningVault) => Promise<void>;
  /** Called once, however often the API process is started again. */
  readonly onReady: (ready: FromServer & { type: "ready" }) => void;
  /** Takes lines for the operator. */
  readonly say: (line: string) => void;
  /** How long requests in flight may take to finish; 15 s unless a test is in a hurry. */
  readonly graceMs?: number;
}

const defaultGraceMs = 15_000;

/** How a vault ends whose socket was closed by the one who held it. */
const letGo = "exit code 0";
/** A server that gives up closes its files after its vault, and only then says why. */
const lastWordsMs = 5_000;

/**
 * One launch, from the first start to the end. A dead vault is replaced behind the same
 * API process; a dead API process is replaced together with its vault, on the same port.
 * What fails before the first "ready" fails for a reason that a restart does not mend, so
 * it ends the launch.
 */
export class Supervisor {
  /** The exit code: 0 when it was asked to stop, 1 when it failed or was forced. */
  readonly ended: Promise<number>;
  readonly #plan: Supervision;
  readonly #stopping = new AbortController();
  #config: ServerConfig;
  #server: RunningServer | undefined;
  #vault: RunningVault | undefined;
  #wasReady = false;
  #forced = false;
  #failure: string | undefined;

  constructor(plan: Supervision) {
    this.#plan = plan;
    this.#config = plan.config;
    this.ended = this.#run();
  }

  /** Lets the API process finish what was begun, and ends. */
  drain(): void {
    if (this.#isStopping) return;
    this.#stopping.abort();
    // Before the first "ready" nobody can have begun anything.
    if (!this.#wasReady) this.#server?.kill();
    this.#server?.send({ type: "drain" });
    const timer = setTimeout(() => {
      this.#plan.say("Requests in flight did not finish in time; stopping without them.");
      this.#server?.kill();
    }, this.#plan.graceMs ?? defaultGraceMs);
    timer.unref();
  }

  /** Ends at once. What was acknowledged is on disk already. */
  stopNow(): void {
    this.#forced = true;
    this.#stopping.abort();
    this.#server?.kill();
    this.#vault?.process.kill("SIGKILL");
  }

  /** Has the TLS files read again. */
  reload(): void {
    this.#server?.send({ type: "reload" });
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<number> {
    const backOff = new BackOff();
    // Goes on until it is told to stop; the back-off bounds its pace.
    while (!this.#isStopping) {
      const startedAtMs = performance.now();
      const how = await this.#serveOnce();
      if (this.#isStopping) break;
      if (!this.#wasReady) this.#failure ??= `The server stopped before it was ready (${how}).`;
      if (this.#failure !== undefined) {
        this.#plan.say(this.#failure);
        return 1;
      }
      this.#plan.say(`The API process stopped (${how}); starting it again.`);
      const delayMs = backOff.delayAfter(performance.now() - startedAtMs);
      await pause(delayMs, this.#stopping.signal);
    }
    return this.#forced ? 1 : 0;
  }

  /** One life of the API process; resolves with how it ended, once its vault is gone too. */
  async #serveOnce(): Promise<string> {
    const over = new AbortController();
    const server = startServer(this.#plan.serverEntry, (message) => this.#hear(message));
    this.#server = server;
    const handOver = this.#handOverTo(server);
    const vaults = keepVault({
      start: () => (this.#vault = this.#plan.startVault()),
      handOver,
      onDeath: (how) => this.#replacesVault(how, server),
      until: over.signal,
    });
    const tokens = this.#keepTokens(server, over.signal);
    const how = await server.ended;
    this.#server = undefined;
    over.abort();
    await Promise.all([vaults, tokens]);
    return how;
  }

  /** The server lives without it: the keys in tokens are of no use meanwhile. */
  async #keepTokens(server: RunningServer, until: AbortSignal): Promise<void> {
    const start = this.#plan.startTokens;
    if (start === undefined) return;
    await keepVault({
      start,
      handOver: ({ socket }) => Promise.resolve(server.send({ type: "tokens" }, socket)),
      onDeath: (how) => {
        if (this.#isStopping) return false;
        this.#plan.say(`What works with PKCS#11 tokens stopped (${how}); starting it again.`);
        return true;
      },
      until,
    });
  }

  /** The first vault's socket travels with the configuration, every other one alone. */
  #handOverTo(server: RunningServer): (vault: RunningVault) => Promise<void> {
    let started = false;
    return async (vault) => {
      await this.#plan.untilVaultLives(vault);
      if (hasEnded(vault.process)) return;
      server.send(
        started ? { type: "vault" } : { type: "start", config: this.#config },
        vault.socket,
      );
      started = true;
    };
  }

  #replacesVault(how: string, server: RunningServer): boolean {
    if (this.#isStopping) return false;
    if (this.#wasReady) {
      this.#plan.say(`The vault stopped (${how}); starting it again.`);
      return true;
    }
    const timer = setTimeout(
      () => {
        this.#failure ??= `The vault stopped before the server was ready (${how}).`;
        server.kill();
      },
      how === letGo ? lastWordsMs : 0,
    );
    void server.ended.then(() => clearTimeout(timer));
    return false;
  }

  #hear(message: FromServer): void {
    switch (message.type) {
      case "ready":
        this.#becomeReady(message);
        return;
      case "failed":
        // Once it has served, what stops a restart may pass: a full disk, a port in use.
        if (this.#wasReady) this.#plan.say(message.message);
        else this.#failure = message.message;
        this.#server?.kill();
    }
  }

  #becomeReady(ready: FromServer & { type: "ready" }): void {
    if (this.#wasReady) {
      this.#plan.say("The API process is ready again.");
      return;
    }
    this.#wasReady = true;
    // Whoever was told a port finds the server there after a restart, too.
    if (this.#config.port === 0) {
      this.#config = { ...this.#config, port: Number(new URL(ready.url).port) };
    }
    this.#plan.onReady(ready);
  }
}
