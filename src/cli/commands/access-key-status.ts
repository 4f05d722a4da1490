import { Command } from "commander";
import { callAdmin } from "../admin-client.ts";
import { dataDirOption } from "../data-dir-option.ts";
import { print } from "../output.ts";

interface Options {
  readonly dataDir: string;
}

/** keyhaven access-key enable: lets an access key sign requests again. */
export function accessKeyEnableCommand(): Command {
  return statusCommand("enable", "let an access key sign requests again", "Active");
}

/** keyhaven access-key disable: refuses every request that an access key signs from now on. */
export function accessKeyDisableCommand(): Command {
  return statusCommand("disable", "refuse every request an access key signs", "Inactive");
}

function statusCommand(name: string, description: string, status: "Active" | "Inactive"): Command {
  return new Command(name)
    .description(description)
    .argument("<access-key-id>", "such as AKIAIOSFODNN7EXAMPLE")
    .addOption(dataDirOption())
    .addHelpText("after", `\nExamples:\n  keyhaven access-key ${name} AKIAIOSFODNN7EXAMPLE`)
    .action(async (accessKeyId: string, options: Options) => {
      const input = { AccessKeyId: accessKeyId, Status: status };
      await callAdmin(options.dataDir, "UpdateAccessKey", input);
      print(`${accessKeyId} is ${status}.`);
    });
}
