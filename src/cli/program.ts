/** The command line: one row for each command. */
import { Command } from "commander";
import { accessKeyCreateCommand } from "./commands/access-key-create.ts";
import { accessKeyDeleteCommand } from "./commands/access-key-delete.ts";
import { accessKeyListCommand } from "./commands/access-key-list.ts";
import { accessKeyDisableCommand, accessKeyEnableCommand } from "./commands/access-key-status.ts";
import { accountCreateCommand } from "./commands/account-create.ts";
import { accountListCommand } from "./commands/account-list.ts";
import { auditTailCommand } from "./commands/audit-tail.ts";
import { devCommand } from "./commands/dev.ts";
import { serveCommand } from "./commands/serve.ts";
import { versionCommand } from "./commands/version.ts";
import { versionLine } from "./version-line.ts";

const examples = `
Examples:
  keyhaven dev                             try it: a throw-away server on this machine
  keyhaven serve --data-dir /var/lib/keyhaven
  keyhaven account create --name billing
  keyhaven audit tail --follow

keyhaven <command> --help says more about a command.`;

/** The whole command line. Wrong usage throws CommanderError instead of ending the process. */
export function buildProgram(): Command {
  const program = new Command("keyhaven")
    .description("A key management system you run yourself that speaks AWS KMS.")
    .version(versionLine(), "-V, --version", "print the version")
    .addHelpText("after", examples)
    .addCommand(serveCommand())
    .addCommand(devCommand())
    .addCommand(
      group("account", "the accounts of a running server", [
        accountCreateCommand(),
        accountListCommand(),
      ]),
    )
    .addCommand(
      group("access-key", "the access keys of an account", [
        accessKeyCreateCommand(),
        accessKeyListCommand(),
        accessKeyEnableCommand(),
        accessKeyDisableCommand(),
        accessKeyDeleteCommand(),
      ]),
    )
    .addCommand(group("audit", "the record of all calls", [auditTailCommand()]))
    .addCommand(versionCommand());
  throwOnExit(program);
  return program;
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const command = new Command(name).description(description);
  for (const each of commands) command.addCommand(each);
  return command;
}

function throwOnExit(command: Command): void {
  command.exitOverride().showHelpAfterError("(add --help for what is possible)");
  for (const each of command.commands) throwOnExit(each);
}
