import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { errorCode } from "../../lib/error-code.ts";
import { readJournal } from "../../lib/journal-reader.ts";
import { auditLine } from "../audit-line.ts";
import { dataDirOption } from "../data-dir-option.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../output.ts";

const examples = `
Examples:
  keyhaven audit tail
  keyhaven audit tail -n 100 --json
  keyhaven audit tail --follow

Each line is one call: when, where, who, what, on what, and how it ended. With --json, each
is the whole record as it was written, in the form of a CloudTrail event.`;

interface Options {
  readonly lines: number;
  readonly follow?: true;
  readonly dataDir: string;
  readonly json?: true;
}

/** keyhaven audit tail: shows the latest calls. */
export function auditTailCommand(): Command {
  return new Command("tail")
    .description("show the latest calls on record")
    .option("-n, --lines <number>", "how many", parseLines, 10)
    .option("-f, --follow", "go on with what is recorded from now on")
    .option("--json", "print the records as they are, one a line")
    .addOption(dataDirOption())
    .addHelpText("after", examples)
    .action(tail);
}

function parseLines(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

async function tail(options: Options): Promise<void> {
  const directory = path.join(path.resolve(options.dataDir), "journal");
  // Ctrl-C ends the process, and with it the following.
  const follow = options.follow === true ? { follow: new AbortController().signal } : {};
  try {
    for await (const line of readJournal(directory, { last: options.lines, ...follow })) {
      print(options.json === true ? line : auditLine(line));
    }
  } catch (cause) {
    throw new CommandFailure(`Cannot read the record in ${directory}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const code = errorCode(cause);
  if (code === "ENOENT") return "there is none. Name the data directory with --data-dir.";
  if (code === "EACCES") return "it belongs to another user.";
  return cause instanceof Error ? cause.message : String(cause);
}
