/** Keeps a vault behind one API process: when a vault dies, the next one takes its place. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BackOff } from "./back-off.ts";
import { endOf } from "./child-process.ts";

/** A vault process, and the end of its socket that is handed to the API process. */
export interface RunningVault {
  readonly socket: Socket;
  readonly process: ChildProcess;
}

/** What keeping a vault needs. */
export interface VaultKeeping {
  readonly start: () => RunningVault;
  /** Takes the socket of a vault that has just been started. */
  readonly handOver: (vault: RunningVault) => Promise<void>;
  /** A vault ended although nobody asked it to; says whether another is to be started. */
  readonly onDeath: (how: string) => boolean;
  /** Ends the keeping: the vault of that moment is left to end with its socket. */
  readonly until: AbortSignal;
}

/** Resolves once no vault is to be kept any more and the last one is gone. */
export async function keepVault(keeping: VaultKeeping): Promise<void> {
  const backOff = new BackOff();
  const asked = aborted(keeping.until);
  // Goes on for as long as the API process lives; the back-off bounds its pace.
  while (!keeping.until.aborted) {
    const startedAtMs = performance.now();
    const vault = keeping.start();
    const ended = endOf(vault.process);
    await keeping.handOver(vault);
    const how = await Promise.race([ended, asked]);
    if (how === undefined) {
      await endVault(vault, ended);
      return;
    }
    vault.socket.destroy();
    if (!keeping.onDeath(how)) return;
    await pause(backOff.delayAfter(performance.now() - startedAtMs), keeping.until);
  }
}

/** A vault ends by itself when its socket closes; one that does not is killed. */
const vaultGraceMs = 2_000;

async function endVault(vault: RunningVault, ended: Promise<string>): Promise<void> {
  vault.socket.destroy();
  const timer = setTimeout(() => vault.process.kill("SIGKILL"), vaultGraceMs);
  await ended;
  clearTimeout(timer);
}

/** Resolves at once when the signal has been given already. */
async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, "abort");
  return undefined;
}

/** Waits, or less when the signal is given meanwhile. */
export async function pause(delayMs: number, until: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal: until }).catch(() => undefined);
}
