/** The entry of the command line: runs one command and ends with its exit code. */
import { CommanderError } from "commander";
import { LaunchFailure } from "../launcher/failure.ts";
import { CommandFailure, UsageFailure } from "./failure.ts";
import { buildProgram } from "./program.ts";

const failed = 1;
const calledWrongly = 2;

// `keyhaven audit tail | head -1` is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
// Whatever may still be open, the command is over.
process.exit();

/** Tells the user what went wrong and returns the exit code. */
function explain(error: unknown): number {
  // Commander has said everything already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : calledWrongly;
  if (error instanceof UsageFailure) {
    error.complaints.forEach(say);
    return calledWrongly;
  }
  if (error instanceof CommandFailure || error instanceof LaunchFailure) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return failed;
}

function say(line: string): void {
  process.stderr.write(`keyhaven: ${line}\n`);
}
