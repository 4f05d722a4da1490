import { Command } from "commander";
import { listAll } from "../admin-list.ts";
import { dataDirOption, jsonOption } from "../data-dir-option.ts";
import { dateOf, print, printable, printJson, printTable } from "../output.ts";

interface Options {
  readonly dataDir: string;
  readonly json?: true;
}

/** keyhaven account list: shows every account. */
export function accountListCommand(): Command {
  return new Command("list")
    .description("list the accounts")
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExamples:\n  keyhaven account list\n  keyhaven account list --json")
    .action(listAccounts);
}

async function listAccounts(options: Options): Promise<void> {
  const accounts = await listAll(options.dataDir, "ListAccounts", "Accounts", {});
  if (options.json === true) {
    printJson({ Accounts: accounts }, "line");
    return;
  }
  printTable(
    ["ACCOUNT", "CREATED", "NAME"],
    accounts.map((account) => [
      printable(account["AccountId"]),
      dateOf(account["CreateDate"]),
      printable(account["Name"]),
    ]),
  );
  if (accounts.length === 0) print("There is none yet. Create one: keyhaven account create");
}
