import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { connectVault } from "../kms/vault-client.ts";
import { startVault } from "./start-vault.ts";
import type { ProcessWithSocket } from "./start-with-socket.ts";

const parent = mkdtempSync(path.join(os.tmpdir(), "keyhaven-start-vault-"));
afterAll(() => rmSync(parent, { recursive: true }));

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

let count = 0;
function start(options: { initialize?: boolean; directory?: string } = {}): ProcessWithSocket {
  const directory = options.directory ?? path.join(parent, String(count++));
  const vault = startVault({ directory, initialize: options.initialize ?? true });
  running.push(vault.process);
  return vault;
}

async function endOf(child: ChildProcess): Promise<unknown[]> {
  return await once(child, "exit");
}

/**
 * An API process in small: it asks for itself at once, many times over, and says how many
 * replies it got. A reply taken by anyone else would be missing, or break the framing.
 */
const apiScript = `
const commands = 500;
const frames = Buffer.alloc(10 * commands);
for (let at = 0; at < frames.length; at += 10) {
  frames.writeUInt32BE(6, at);
  frames.writeUInt16BE(1, at + 4);
  frames.writeUInt32BE(at, at + 6);
}
process.on("message", (message, socket) => {
  let received = Buffer.alloc(0);
  let replyBytes = 0;
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    replyBytes = 4 + received.readUInt32BE(0);
    if (received.length === replyBytes * commands) process.send({ replies: commands });
  });
  socket.write(frames);
});
`;

function startApi(): ChildProcess {
  const script = path.join(parent, "api.mjs");
  writeFileSync(script, apiScript);
  const child = spawn(process.execPath, [script], { stdio: ["ignore", 2, 2, "ipc"] });
  running.push(child);
  return child;
}

describe("startVault", () => {
  test("starts a vault that answers on its socket", async () => {
    const connection = connectVault();
    connection.attach(start().socket);
    expect(await connection.send("describe", {})).toHaveProperty("instanceId");
    connection.close();
  });

  test("starts a vault that ends with 0 when its socket closes", async () => {
    const vault = start();
    const ended = endOf(vault.process);
    vault.socket.destroy();
    expect(await ended).toEqual([0, null]);
  });

  test("starts a vault that outlives the signals that reach a whole terminal", async () => {
    const vault = start();
    const connection = connectVault();
    connection.attach(vault.socket);
    await connection.send("describe", {});
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) vault.process.kill(signal);
    expect(await connection.send("describe", {})).toHaveProperty("instanceId");
    connection.close();
  });

  test("hands a vault over to another process without taking one of its replies", async () => {
    const api = startApi();
    for (let round = 0; round < 5; round++) {
      const vault = start();
      const answered = once(api, "message");
      const sent = { keepOpen: true };
      api.send({ round }, vault.socket, sent, () => vault.socket.destroy());
      expect((await answered)[0]).toEqual({ replies: 500 });
      expect(vault.process.exitCode).toBe(null);
    }
  });

  test("leaves a vault that was handed over to end with the process that has it", async () => {
    const api = startApi();
    const vault = start();
    const ended = endOf(vault.process);
    const answered = once(api, "message");
    api.send({}, vault.socket, { keepOpen: true }, () => vault.socket.destroy());
    await answered;
    api.kill("SIGKILL");
    expect(await ended).toEqual([0, null]);
  });

  test("starts a vault that fails with a code and one line when it cannot open", async () => {
    const directory = path.join(parent, "missing");
    const script = path.join(parent, "start.mjs");
    const module = path.join(import.meta.dirname, "start-vault.ts");
    writeFileSync(
      script,
      `import { startVault } from ${JSON.stringify(module)};
       const { process: vault } = startVault(${JSON.stringify({ directory, initialize: false })});
       vault.on("exit", (code) => (process.exitCode = code));`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "pipe"] });
    running.push(child);
    const lines: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => lines.push(chunk));
    expect(await once(child, "close")).toEqual([1, null]);
    expect(Buffer.concat(lines).toString()).toBe(
      `keyhaven vault: cannot open ${directory}: ENOENT\n`,
    );
  });

  test.skipIf(os.platform() !== "linux")("leaves nothing of a vault in a core dump", async () => {
    const vault = start();
    await once(vault.process, "spawn");
    const filter = readFileSync(`/proc/${vault.process.pid}/coredump_filter`, "utf8");
    expect(filter).toBe("00000000\n");
    vault.socket.destroy();
  });
});
