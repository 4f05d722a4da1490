import { Command } from "commander";
import { readConfiguration } from "../configuration.ts";
import type { Flags } from "../configuration.ts";
import { addServerOptions, flagsOf } from "../server-options.ts";

const examples = `
Examples:
  keyhaven serve
  keyhaven serve --port 8443 --host 0.0.0.0 --tls-cert server.pem --tls-key server.key
  keyhaven serve --config /etc/keyhaven/keyhaven.yaml
  KEYHAVEN_DATA_DIR=/var/lib/keyhaven keyhaven serve

A configuration file holds the same names: "port: 4566", "data-dir: /var/lib/keyhaven",
"regions: [eu-west-1, eu-central-1]". Paths in it are relative to the file. Every option
can also be set in the environment: --data-dir is KEYHAVEN_DATA_DIR. Options come before
the environment, the environment before the file.

SIGTERM and Ctrl-C finish the requests in flight and stop; a second one stops at once.
SIGHUP reads the certificate again.`;

/** keyhaven serve: runs a server in the foreground. */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("run the server in the foreground")
    .addHelpText("after", examples);
  return addServerOptions(command).action(async () => {
    await serve(flagsOf(command));
  });
}

async function serve(flags: Flags): Promise<void> {
  const sources = { flags, environment: process.env, workingDirectory: process.cwd() };
  const config = await readConfiguration("serve", sources);
  const { launch } = await import("../../launcher/launch.ts");
  process.exitCode = await launch({ config, isThrowaway: false });
}
