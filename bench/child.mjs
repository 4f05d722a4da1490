/** Starting servers, and ending them again. */
import { once } from "node:events";

const patienceMs = 15_000;

/** Ends a process that we started, by force if it does not end when it is asked to. */
export async function endProcess(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await ended;
  clearTimeout(timer);
}
