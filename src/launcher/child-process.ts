/** How child processes end. */
import type { ChildProcess } from "node:child_process";

/** Resolves with how a process ended, in words. Never rejects. */
export async function endOf(child: ChildProcess): Promise<string> {
  return await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Whether a child process is gone, or never came to be. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
