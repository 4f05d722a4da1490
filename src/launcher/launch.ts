/** Runs a server in the foreground, from its start to the last signal. */
import { rmSync } from "node:fs";
import path from "node:path";
import { wipe } from "../lib/wipe.ts";
import { readCredentialsFile } from "./credentials-file.ts";
import type { BootstrapCredentials } from "./credentials-file.ts";
import { openDataDirectory } from "./data-directory.ts";
import type { DataDirectory } from "./data-directory.ts";
import { greeting } from "./greeting.ts";
import type { FromServer } from "./messages.ts";
import type { ServerConfig } from "./server-config.ts";
import { heedSignals } from "./signals.ts";
import { startTokens } from "./start-tokens.ts";
import { startVault } from "./start-vault.ts";
import { Supervisor } from "./supervisor.ts";
import { untilSealed } from "./until-sealed.ts";

/** What to launch. */
export interface Launch {
  readonly config: ServerConfig;
  /** The data directory is removed at the end. */
  readonly isThrowaway: boolean;
}

/**
 * Runs until a signal or a failure ends it and resolves with the exit code. Throws
 * LaunchFailure when the data directory cannot be used.
 */
export async function launch({ config, isThrowaway }: Launch): Promise<number> {
  const directory = openDataDirectory(config.dataDirectory);
  // A reader that has gone away (`keyhaven serve | head -1`) must not end the server.
  process.stdout.on("error", () => undefined);
  const supervisor = supervise(config, directory);
  const forget = heedSignals({
    drain: () => supervisor.drain(),
    stopNow: () => supervisor.stopNow(),
    reload: () => supervisor.reload(),
  });
  try {
    return await supervisor.ended;
  } finally {
    forget();
    directory.lock.release();
    if (isThrowaway) rmSync(directory.path, { recursive: true, force: true });
  }
}

function supervise(config: ServerConfig, directory: DataDirectory): Supervisor {
  let initialize = directory.isNew;
  const { pkcs11 } = config;
  return new Supervisor({
    config,
    // Beside this file's directory; built or not, the extension is the same as ours.
    serverEntry: path.join(import.meta.dirname, `../main${path.extname(import.meta.filename)}`),
    startVault: () => startVault({ directory: directory.vaultDirectory, initialize }),
    startTokens: pkcs11 && (() => startTokens(pkcs11)),
    untilVaultLives: async (vault) => {
      if (initialize) await untilSealed(directory.vaultDirectory, vault.process);
      initialize = false;
    },
    onReady: (ready) => greet(ready, config, directory),
    say: (line) => void process.stderr.write(`keyhaven: ${line}\n`),
  });
}

function greet(
  ready: FromServer & { type: "ready" },
  config: ServerConfig,
  directory: DataDirectory,
): void {
  const isDev = config.mode === "dev";
  const credentials = isDev
    ? devCredentials(config)
    : ready.firstStart
      ? readCredentialsFile(directory.credentialsPath)
      : undefined;
  const text = greeting({
    url: ready.url,
    certPath: config.tls?.certPath,
    credentialsPath: isDev ? undefined : directory.credentialsPath,
    credentials,
  });
  wipe(credentials?.secretAccessKey);
  process.stdout.write(text, () => wipe(text));
}

/** Known to everybody: dev mode listens on the loopback interface only. */
function devCredentials(config: ServerConfig): BootstrapCredentials {
  return {
    accessKeyId: "test",
    region: config.regions[0] ?? "us-east-1",
    secretAccessKey: Buffer.from("test"),
  };
}
