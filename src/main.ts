/**
 * The API process. The launcher starts it, tells it how to run over their IPC channel and
 * hands it the vault's socket. When the launcher is gone, so is this process: nobody
 * would restart the vault.
 */
import { Socket } from "node:net";
import path from "node:path";
import pino from "pino";
import type { FromServer, ToServer } from "./launcher/messages.ts";
import type { ServerConfig } from "./launcher/server-config.ts";
import { Latest } from "./lib/latest.ts";
import { openServer, type Server } from "./server.ts";

const failedExitCode = 1;

let opening: Promise<Server> | undefined;
const vaultSockets = new Latest<Socket>();
const tokenSockets = new Latest<Socket>();

process.once("disconnect", () => process.exit(failedExitCode));
process.on("message", (message: ToServer, handle: unknown) => {
  void heed(message, handle instanceof Socket ? handle : undefined);
});
// These reach the whole process group; what they mean is the launcher's to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

async function heed(message: ToServer, socket: Socket | undefined): Promise<void> {
  if (socket !== undefined) (message.type === "tokens" ? tokenSockets : vaultSockets).offer(socket);
  if (message.type === "start") await start(message.config);
  const server = await opening?.catch(() => undefined);
  if (message.type === "reload") await reload(server);
  if (message.type === "drain") await drain(server);
}

async function start(config: ServerConfig): Promise<void> {
  const log = pino(
    { level: config.logLevel, base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  // Before SQLite is used: what it copies in an erasure is for nobody else to read.
  process.env["SQLITE_TMPDIR"] = path.resolve(config.dataDirectory);
  opening = openServer({ config, clock: Date.now, log, vaultSockets, tokenSockets, onFatal });

  function onFatal(error: Error): void {
    log.fatal({ err: error }, "the server cannot go on");
    process.exit(failedExitCode);
  }

  try {
    const { url, firstStart } = await opening;
    tell({ type: "ready", url, firstStart });
  } catch (error) {
    log.debug({ err: error }, "the server could not be opened");
    tell({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

async function reload(server: Server | undefined): Promise<void> {
  try {
    await server?.reload();
  } catch (error) {
    process.stderr.write(`keyhaven: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function drain(server: Server | undefined): Promise<void> {
  await server?.close();
  process.exit(0);
}

function tell(message: FromServer): void {
  process.send?.(message);
}
