// @ts-check
import { spawn } from "node:child_process";
import os from "node:os";

const forwarded = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a program with our standard streams, passes signals on to it, and resolves with
 * its exit code; 128 and the number of the signal when one ended it, as shells have it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: "inherit", ...options });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => void child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  const watch = watchNpm(() => child.kill("SIGTERM"));
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
      });
    });
  } finally {
    clearInterval(watch);
    for (const signal of forwarded) process.off(signal, forward);
  }
}

const watchIntervalMs = 250;

/**
 * An npm that was killed leaves what it started behind, and with it a server that nobody
 * knows of. Whoever starts us without npm may go away: that is how services are started.
 * @param {() => void} onDeath
 */
function watchNpm(onDeath) {
  if (process.env["npm_lifecycle_event"] === undefined) return undefined;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    onDeath();
  }, watchIntervalMs);
  return watch;
}
