/**
 * The door for operators: a Unix socket in the data directory that only its owner can
 * open. Who can open it is the operator; there are no signatures here.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { errorCode } from "../lib/error-code.ts";
import type { Clock } from "../lib/clock.ts";
import type { House } from "./house.ts";
import { limits } from "./limits.ts";
import { ListenRefused } from "./listen-refused.ts";
import { serve, serverOptions } from "./serve.ts";

export interface AdminSocket {
  /** Finishes what was begun, for at most 10 seconds, and removes the socket. */
  close(): Promise<void>;
}

/** How long a server that may still be there has to accept a connection. */
const probeTimeoutMs = 1_000;

/**
 * Opens the socket, mode 0600 from the first moment. A socket that nobody listens on any
 * more is replaced. Throws ListenRefused when another server listens on it, and when
 * something stands there that is not a socket.
 */
export async function openAdminSocket(
  socketPath: string,
  house: House,
  clock: Clock,
): Promise<AdminSocket> {
  const directory = await open(path.dirname(socketPath), "r");
  try {
    const short = shortPath(socketPath, directory.fd);
    await requireFree(socketPath, short);
    const server = createServer(serverOptions);
    const serving = serve(server, {
      house,
      clock,
      // All of its peers are on this machine, and have no address to tell them apart by.
      limits: { inAll: limits.admin, perAddress: limits.admin },
      readyEvent: "connection",
    });
    await bindPrivately(server, short);
    const { ino } = await lstat(socketPath);
    return {
      close: async () => {
        await serving.drain();
        await removeSocket(socketPath, ino);
      },
    };
  } finally {
    await directory.close();
  }
}

/**
 * A Unix socket's address holds 107 bytes, a path may be longer. On Linux the directory
 * has a second, short name for as long as it is open.
 */
function shortPath(socketPath: string, directoryFd: number): string {
  return process.platform === "linux"
    ? `/proc/self/fd/${directoryFd}/${path.basename(socketPath)}`
    : socketPath;
}

async function requireFree(socketPath: string, short: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ListenRefused(`${socketPath} is not a socket: move it out of the way`);
  }
  if (await isListening(short)) {
    throw new ListenRefused(`another server listens on ${socketPath}: stop it first`);
  }
}

async function isListening(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(probeTimeoutMs) });
    return true;
  } catch (error) {
    // Only a refusal proves that nobody is there.
    return errorCode(error) !== "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

/**
 * Binds in a directory that nobody else may enter, and moves the socket to its place
 * when its mode is right: there is no moment in which others could connect.
 */
async function bindPrivately(
  server: ReturnType<typeof createServer>,
  short: string,
): Promise<void> {
  const room = path.join(path.dirname(short), `.admin-${randomUUID().slice(0, 8)}`);
  await mkdir(room, { mode: 0o700 });
  try {
    const bound = path.join(room, "s");
    server.listen(bound);
    await once(server, "listening");
    await chmod(bound, 0o600);
    await rename(bound, short);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Removes the socket unless another server has put its own in its place. */
async function removeSocket(socketPath: string, inode: number): Promise<void> {
  const found = await lstat(socketPath).catch(() => undefined);
  if (found?.ino === inode) await rm(socketPath, { force: true });
}
