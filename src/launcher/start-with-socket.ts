/** Starts a process of ours whose one connection is a socket that it is born with. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";

const socketDescriptor = 3;

export interface ProcessWithSocket {
  /**
   * The other end of the process's only connection; when every copy of it is closed, the
   * process ends. It never speaks first, so this end can still be handed to another
   * process, with `keepOpen` and destroyed in the callback of the sending: closed later,
   * it would take replies that are meant for that process.
   */
  readonly socket: Socket;
  readonly process: ChildProcess;
}

/**
 * Starts Node with these arguments and this environment alone. What the process prints goes
 * to standard error; it leaves nothing of its memory in core dumps.
 */
export function startWithSocket(
  nodeArguments: readonly string[],
  env: NodeJS.ProcessEnv,
): ProcessWithSocket {
  const child = spawn(process.execPath, nodeArguments, {
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  child.stdout?.pipe(process.stderr, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  if (child.pid !== undefined) leaveNoCore(child.pid);
  const socket = child.stdio[socketDescriptor];
  if (!(socket instanceof Socket)) throw new Error("the process was started without a socket");
  return { socket, process: child };
}

/**
 * Takes all memory out of a process's core dumps, where the system has such a filter and
 * lets us. Node cannot set the limit on their size itself.
 */
function leaveNoCore(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/coredump_filter`, "0");
  } catch {
    // Not Linux, or not allowed: the packaging sets the limit where it matters.
  }
}
