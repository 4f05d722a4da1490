import { Command } from "commander";
import { callAdmin } from "../admin-client.ts";
import { dataDirOption } from "../data-dir-option.ts";
import { print } from "../output.ts";

const examples = `
Examples:
  keyhaven access-key delete AKIAIOSFODNN7EXAMPLE

There is no way back. To be able to go back, use keyhaven access-key disable.`;

interface Options {
  readonly dataDir: string;
}

/** keyhaven access-key delete: removes an access key for good. */
export function accessKeyDeleteCommand(): Command {
  return new Command("delete")
    .description("delete an access key for good")
    .argument("<access-key-id>", "such as AKIAIOSFODNN7EXAMPLE")
    .addOption(dataDirOption())
    .addHelpText("after", examples)
    .action(deleteAccessKey);
}

async function deleteAccessKey(accessKeyId: string, options: Options): Promise<void> {
  await callAdmin(options.dataDir, "DeleteAccessKey", { AccessKeyId: accessKeyId });
  print(`${accessKeyId} is deleted.`);
}
