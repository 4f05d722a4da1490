import { Command } from "commander";
import { callAdmin } from "../admin-client.ts";
import { printCredentials } from "../credentials.ts";
import { dataDirOption, jsonOption } from "../data-dir-option.ts";

const examples = `
Examples:
  keyhaven access-key create --account 111122223333

The secret access key is shown this once and kept nowhere in the clear.`;

interface Options {
  readonly account: string;
  readonly dataDir: string;
  readonly json?: true;
}

/** keyhaven access-key create: makes another access key for an account. */
export function accessKeyCreateCommand(): Command {
  return new Command("create")
    .description("create an access key for an account; prints JSON")
    .requiredOption("--account <number>", "the account, 12 digits")
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .addHelpText("after", examples)
    .action(createAccessKey);
}

async function createAccessKey(options: Options): Promise<void> {
  const input = { AccountId: options.account };
  const answer = await callAdmin(options.dataDir, "CreateAccessKey", input);
  printCredentials(answer, options.json === true ? "line" : "indented");
}
