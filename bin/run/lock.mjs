// @ts-check
import { createHash } from "node:crypto";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const limitMs = 20 * 60_000;
const intervalMs = 100;

/**
 * Runs `work` while no other process on this machine does the same for this folder. The
 * lock is a name in Linux's abstract socket namespace: the kernel takes it back when its
 * holder dies, however it dies. Elsewhere there is no such name, and no lock.
 * @template Result
 * @param {string} root
 * @param {() => Promise<Result>} work
 * @param {(line: string) => void} say
 * @returns {Promise<Result>}
 */
export async function whileLocked(root, work, say) {
  if (process.platform !== "linux") return await work();
  const server = await acquire(nameOf(root), say);
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** @param {string} root */
function nameOf(root) {
  const digest = createHash("sha256").update(root).digest("hex").slice(0, 32);
  return `\0keyhaven-setup-${digest}`;
}

/**
 * @param {string} name
 * @param {(line: string) => void} say
 */
async function acquire(name, say) {
  const deadline = Date.now() + limitMs;
  for (let attempt = 0; Date.now() < deadline; attempt += 1) {
    const server = await listen(name);
    if (server !== undefined) return server;
    if (attempt === 1) say("Waiting for another process that installs or builds here.");
    await sleep(intervalMs);
  }
  throw new Error("Another process has been installing or building here for 20 minutes.");
}

/**
 * @param {string} name
 * @returns {Promise<net.Server | undefined>} nothing while someone else has the name
 */
async function listen(name) {
  return await new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}
