/** The vault's process. Its one connection is the socket it is born with, as descriptor 3. */
import { Socket } from "node:net";
import { parseArgs } from "node:util";
import { intoOwnBuffer } from "../vault-protocol/own-buffer.ts";
import { CannotOpen } from "./cannot-open.ts";
import { openVault, type VaultOptions } from "./open-vault.ts";
import { serve } from "./serve.ts";

const socketDescriptor = 3;

async function main(): Promise<void> {
  const vault = await openVault(readArguments());
  const onread = intoOwnBuffer((chunk) => peer.emit("data", chunk));
  const peer: Socket = new Socket({ fd: socketDescriptor, readable: true, writable: true, onread });
  peer.once("close", () => {
    vault.close();
    process.exit(0);
  });
  serve(peer, vault.handlers);
}

function readArguments(): VaultOptions {
  const { values } = parseArgs({
    options: {
      directory: { type: "string" },
      initialize: { type: "boolean", default: false },
      bridge: { type: "string" },
    },
  });
  const { directory, initialize, bridge } = values;
  if (directory === undefined) throw new CannotOpen("--directory is missing");
  return { directory, initialize, bridge };
}

// A Ctrl-C reaches every process of a terminal, but the API still needs the vault to finish
// what it has begun. The vault ends when its connection does.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.umask(0o077);

try {
  await main();
} catch (error) {
  if (!(error instanceof CannotOpen)) throw error;
  process.stderr.write(`keyhaven vault: ${error.message}\n`);
  process.exitCode = 1;
}
