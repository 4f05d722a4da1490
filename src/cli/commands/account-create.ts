import { Command } from "commander";
import { callAdmin } from "../admin-client.ts";
import { printCredentials } from "../credentials.ts";
import { dataDirOption, jsonOption } from "../data-dir-option.ts";

const examples = `
Examples:
  keyhaven account create --name billing
  keyhaven account create --name billing --account 222233334444 --json

The secret access key is shown this once and kept nowhere in the clear.`;

interface Options {
  readonly name: string;
  readonly account?: string;
  readonly dataDir: string;
  readonly json?: true;
}

/** keyhaven account create: makes an account and its first access key. */
export function accountCreateCommand(): Command {
  return new Command("create")
    .description("create an account and its first access key; prints JSON")
    .requiredOption("--name <name>", "what to call it")
    .option("--account <number>", "its number, 12 digits (default: a random one)")
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .addHelpText("after", examples)
    .action(createAccount);
}

async function createAccount(options: Options): Promise<void> {
  const answer = await callAdmin(options.dataDir, "CreateAccount", {
    Name: options.name,
    ...(options.account === undefined ? {} : { AccountId: options.account }),
  });
  printCredentials(answer, options.json === true ? "line" : "indented");
}
