import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import type { ServerConfig } from "../../launcher/server-config.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { readConfiguration } from "../configuration.ts";
import type { Flags } from "../configuration.ts";
import { UsageFailure } from "../failure.ts";
import { addServerOptions, flagsOf } from "../server-options.ts";

const examples = `
Examples:
  keyhaven dev
  keyhaven dev --port 0
  keyhaven dev --data-dir ./dev-data

For development and tests: it listens on this machine only, takes "test" as access key id
and as secret access key (or any account number of 12 digits as access key id), and
removes what it kept when it stops, unless --data-dir names a place to keep it.`;

/** keyhaven dev: runs a throw-away server for development. */
export function devCommand(): Command {
  const command = new Command("dev")
    .description("run a throw-away server for development")
    .addHelpText("after", examples);
  return addServerOptions(command).action(async () => {
    await dev(flagsOf(command));
  });
}

async function dev(flags: Flags): Promise<void> {
  const sources = { flags, environment: process.env, workingDirectory: process.cwd() };
  const configured = await readConfiguration("dev", sources);
  requireLoopback(configured.host);
  // Only the flag counts: a variable or a file names the directory of a real server.
  const isThrowaway = flags["data-dir"] === undefined;
  const config = isThrowaway ? withThrowawayDirectory(configured) : configured;
  const { launch } = await import("../../launcher/launch.ts");
  process.exitCode = await launch({ config, isThrowaway });
}

function withThrowawayDirectory(config: ServerConfig): ServerConfig {
  return { ...config, dataDirectory: mkdtempSync(path.join(os.tmpdir(), "keyhaven-dev-")) };
}

function requireLoopback(host: string): void {
  if (!isLoopback(host)) {
    throw new UsageFailure([
      `keyhaven dev listens on this machine only, not on ${host}: its credentials are known ` +
        "to everybody. Use keyhaven serve.",
    ]);
  }
}
