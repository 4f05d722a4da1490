/** Starts the API process and speaks to it. */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { endOf } from "./child-process.ts";
import type { FromServer, ToServer } from "./messages.ts";

const standardError = 2;

/**
 * V8 would let the young generation grow to 96 MB and the old one to gigabytes before it
 * collects in earnest. Half of the one costs no throughput; the other has room for all
 * that the limits of gateway and store let it hold. But to stay far from such a limit V8
 * collects the old generation several times a second, a third of all CPU: it may grow to
 * three times what is live instead.
 */
const heapOptions = [
  "--max-semi-space-size=16",
  "--max-old-space-size=256",
  "--heap-growing-percent=200",
];

/** glibc would give each thread an arena of its own, and leave in each what was once needed. */
const serverEnvironment = { GLIBC_TUNABLES: "glibc.malloc.arena_max=2" };

/** A running API process. */
export interface RunningServer {
  /** Resolves with how it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends a message, and with it the API's end of a vault's socket, which then belongs to the API. */
  send(message: ToServer, vaultSocket?: Socket): void;
  kill(): void;
}

/**
 * Starts the API process, with nothing of our environment: what it has to know comes with
 * the "start" message, so that nothing it was given can be read from its arguments or
 * environment. What it prints goes to standard error.
 */
export function startServer(
  entry: string,
  onMessage: (message: FromServer) => void,
): RunningServer {
  const child = spawn(process.execPath, [...heapOptions, entry], {
    env: serverEnvironment,
    stdio: ["ignore", standardError, standardError, "ipc"],
  });
  // The contract in messages.ts says what the API process sends; both are built together.
  child.on("message", (message) => onMessage(message as FromServer));
  return {
    ended: endOf(child),
    send(message, vaultSocket) {
      // Our copy is closed as soon as it is sent, not when Node would close it, which is
      // after the other side has confirmed: until then we would read what the vault says to
      // the API, and keep the vault alive when the other side dies without confirming. A
      // message that cannot be delivered means that the process is ending: `ended` tells.
      child.send(message, vaultSocket, { keepOpen: true }, () => vaultSocket?.destroy());
    },
    kill() {
      child.kill("SIGKILL");
    },
  };
}
