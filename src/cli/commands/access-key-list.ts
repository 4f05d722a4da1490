import { Command } from "commander";
import { listAll } from "../admin-list.ts";
import { dataDirOption, jsonOption } from "../data-dir-option.ts";
import { dateOf, printable, printJson, printTable } from "../output.ts";

const examples = `
Examples:
  keyhaven access-key list --account 111122223333
  keyhaven access-key list --account 111122223333 --json`;

interface Options {
  readonly account: string;
  readonly dataDir: string;
  readonly json?: true;
}

/** keyhaven access-key list: shows the access keys of an account, without their secrets. */
export function accessKeyListCommand(): Command {
  return new Command("list")
    .description("list the access keys of an account")
    .requiredOption("--account <number>", "the account, 12 digits")
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .addHelpText("after", examples)
    .action(listAccessKeys);
}

async function listAccessKeys(options: Options): Promise<void> {
  const input = { AccountId: options.account };
  const keys = await listAll(options.dataDir, "ListAccessKeys", "AccessKeys", input);
  if (options.json === true) {
    printJson({ AccessKeys: keys }, "line");
    return;
  }
  printTable(
    ["ACCESS KEY", "STATUS", "CREATED"],
    keys.map((key) => [
      printable(key["AccessKeyId"]),
      printable(key["Status"]),
      dateOf(key["CreateDate"]),
    ]),
  );
}
