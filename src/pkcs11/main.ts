/**
 * The process that works with PKCS#11 tokens: it alone loads the operator's module. Its one
 * connection is the socket it is born with, as descriptor 3.
 */
import { Socket } from "node:net";
import { parseArgs } from "node:util";
import { intoOwnBuffer } from "../vault-protocol/own-buffer.ts";
import { type Cryptoki, loadCryptoki } from "./cryptoki.ts";
import { tokenHandlers } from "./handlers.ts";
import { serveTokens } from "./serve.ts";

const socketDescriptor = 3;

function main(): void {
  const { values } = parseArgs({
    options: {
      bridge: { type: "string" },
      module: { type: "string" },
      token: { type: "string", multiple: true },
    },
  });
  const { bridge, module, token = [] } = values;
  if (bridge === undefined) throw new CannotOpen("its bridge to native code is not installed");
  if (module === undefined) throw new CannotOpen("--module is missing");
  const handlers = tokenHandlers(open(bridge, module), token);
  const onread = intoOwnBuffer((chunk) => peer.emit("data", chunk));
  const peer: Socket = new Socket({ fd: socketDescriptor, readable: true, writable: true, onread });
  // A call may hang in the module for ever; the process that asked is gone.
  peer.once("close", () => process.exit(0));
  serveTokens(peer, handlers, say);
}

/** Its message is for the operator. */
class CannotOpen extends Error {}

function open(bridge: string, module: string): Cryptoki {
  try {
    return loadCryptoki(bridge, module);
  } catch (cause) {
    throw new CannotOpen(`${module} cannot be used: ${messageOf(cause)}`, { cause });
  }
}

function say(error: unknown): void {
  process.stderr.write(`keyhaven pkcs11: ${messageOf(error)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// A Ctrl-C reaches every process of a terminal. This one ends when its connection does.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.umask(0o077);

try {
  main();
} catch (error) {
  if (!(error instanceof CannotOpen)) throw error;
  say(error);
  process.exitCode = 1;
}
