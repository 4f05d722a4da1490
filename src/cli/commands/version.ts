import { Command } from "commander";
import { print } from "../output.ts";
import { versionLine } from "../version-line.ts";

/** keyhaven version: what is running, for bug reports. */
export function versionCommand(): Command {
  return new Command("version")
    .description("print the version of Keyhaven, Node and OpenSSL")
    .action(() => print(versionLine()));
}
