import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import type { RunningVault } from "./keep-vault.ts";
import type { ServerConfig } from "./server-config.ts";
import { Supervisor } from "./supervisor.ts";

const directory = mkdtempSync(path.join(os.tmpdir(), "keyhaven-supervisor-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Tells its process id to whoever writes to it, and ends when its socket closes. */
const vaultScript = `
import { Socket } from "node:net";
const socket = new Socket({ fd: 3 });
socket.on("data", () => socket.write(String(process.pid)));
socket.on("close", () => process.exit(0));
`;

/** Answers the vault's process id and its own; /die ends it, /slow takes a while. */
const serverScript = `
import http from "node:http";
let vault;
let received = [];
const ask = () => new Promise((resolve) => {
  vault.once("data", (bytes) => resolve(String(bytes)));
  vault.write("?");
});
const server = http.createServer(async (request, response) => {
  if (request.url === "/die") process.exit(3);
  if (request.url === "/slow") await new Promise((resolve) => setTimeout(resolve, 400));
  response.end(JSON.stringify({
    pid: process.pid,
    vault: request.url === "/vault" ? await ask() : "",
    received,
    argv: process.argv.slice(2),
    environment: Object.keys(process.env),
  }));
});
process.on("disconnect", () => process.exit(1));
process.on("message", (message, socket) => {
  received.push(message.type);
  if (socket) vault = socket;
  if (message.type === "start") server.listen(message.config.port, "127.0.0.1", () => {
    const url = "http://127.0.0.1:" + server.address().port;
    process.send({ type: "ready", url, firstStart: false });
  });
  if (message.type === "drain" && message.type !== "IGNORED") {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }
});
`;

const scripts = {
  server: serverScript,
  stubborn: serverScript.replace('"IGNORED"', '"drain"'),
  failing: `process.on("message", () => process.send({ type: "failed", message: "The port is taken." }));`,
  // Closes everything first and says why after that.
  resigning: `process.on("message", (_message, vault) => {
    vault.destroy();
    setTimeout(() => process.send({ type: "failed", message: "The port is taken." }), 300);
  });`,
  // Serves once, is refused its port when it starts again, and then gets it back.
  unlucky: `
    import { existsSync, writeFileSync } from "node:fs";
    const starts = ["first", "second"].filter((name) => existsSync(import.meta.filename + name));
    writeFileSync(import.meta.filename + (starts.length === 0 ? "first" : "second"), "");
    process.on("message", () => {
      if (starts.length === 1) process.send({ type: "failed", message: "The port is taken." });
      else process.send({ type: "ready", url: "http://127.0.0.1:1", firstStart: false });
      if (starts.length === 0) setTimeout(() => process.exit(3), 50);
    });`,
  early: "process.exit(7);",
  // Starts, and never gets any further.
  silent: "process.on('message', () => undefined);",
};

interface House {
  readonly supervisor: Supervisor;
  readonly url: Promise<string>;
  readonly lines: readonly string[];
  readonly vaults: readonly RunningVault[];
}

const running: House[] = [];
afterEach(async () => {
  for (const { supervisor } of running.splice(0)) {
    supervisor.stopNow();
    await supervisor.ended;
  }
});

function open(script: keyof typeof scripts, vault = vaultScript, graceMs = 5_000): House {
  const serverEntry = path.join(directory, `${script}.mjs`);
  const vaultEntry = path.join(directory, `vault-${vault.length}.mjs`);
  writeFileSync(serverEntry, scripts[script]);
  writeFileSync(vaultEntry, vault);
  const lines: string[] = [];
  const vaults: RunningVault[] = [];
  const ready = Promise.withResolvers<string>();
  const supervisor = new Supervisor({
    config: { port: 0 } as ServerConfig,
    serverEntry,
    startVault: () => {
      const started = startStandIn(vaultEntry);
      vaults.push(started);
      return started;
    },
    untilVaultLives: async () => undefined,
    onReady: (message) => ready.resolve(message.url),
    say: (line) => lines.push(line),
    graceMs,
  });
  const house = { supervisor, url: ready.promise, lines, vaults };
  running.push(house);
  return house;
}

function startStandIn(entry: string): RunningVault {
  const child = spawn(process.execPath, [entry], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const socket = child.stdio[3] as Socket;
  socket.pause();
  return { process: child, socket };
}

interface Answer {
  readonly pid: number;
  readonly vault: string;
  readonly received: readonly string[];
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

async function get(url: string, what = ""): Promise<Answer> {
  const response = await fetch(`${url}/${what}`, { headers: { Connection: "close" } });
  return (await response.json()) as Answer;
}

/** Asks until the answer is as hoped, for at most ten seconds. */
async function eventually(ask: () => Promise<Answer>, hope: (answer: Answer) => boolean) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && hope(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It never happened.");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the supervisor", () => {
  test("hands the API process a vault it can talk to", async () => {
    const { url, vaults } = open("server");
    const answer = await get(await url, "vault");
    expect(answer.vault).toBe(String(vaults[0]?.process.pid));
  });

  test("tells the API process nothing by its arguments or its environment", async () => {
    const { url } = open("server");
    const { argv, environment } = await get(await url);
    expect(argv).toEqual([]);
    // What Node itself sets up the channel with.
    const own = environment.filter((name) => !name.startsWith("NODE_CHANNEL_"));
    expect(own).toEqual(["GLIBC_TUNABLES"]);
  });

  test("replaces a dead vault behind the same API process", async () => {
    const { url, vaults, lines } = open("server");
    const before = await get(await url, "vault");
    vaults[0]?.process.kill("SIGKILL");
    const api = await url;
    await eventually(
      async () => await get(api),
      ({ received }) => received.includes("vault"),
    );
    const after = await get(api, "vault");
    expect(after.pid).toBe(before.pid);
    expect(after.vault).toBe(String(vaults[1]?.process.pid));
    expect(lines).toEqual(["The vault stopped (SIGKILL); starting it again."]);
  });

  test("replaces a dead API process and its vault, on the same port", async () => {
    const { url, vaults, lines } = open("server");
    const api = await url;
    const before = await get(api, "vault");
    await get(api, "die").catch(() => undefined);
    const after = await eventually(
      async () => await get(api, "vault"),
      ({ pid }) => pid !== before.pid,
    );
    expect(after.vault).toBe(String(vaults[1]?.process.pid));
    expect(isAlive(Number(before.vault))).toBe(false);
    expect(lines).toContain("The API process stopped (exit code 3); starting it again.");
  });

  test("goes on when a later start fails, for what stands in its way may pass", async () => {
    const { url, lines } = open("unlucky");
    await url;
    await vi.waitFor(() => expect(lines).toContain("The API process is ready again."), 10_000);
    expect(lines).toContain("The port is taken.");
  });

  test("drains: what is in flight is answered, then everything ends with 0", async () => {
    const { supervisor, url, vaults } = open("server");
    const slow = get(await url, "slow");
    await new Promise((resolve) => setTimeout(resolve, 100));
    supervisor.drain();
    expect((await slow).received).toEqual(["start", "drain"]);
    expect(await supervisor.ended).toBe(0);
    expect(vaults.map(({ process: { pid } }) => isAlive(Number(pid)))).toEqual([false]);
  });

  test("stops without those that do not finish in time", async () => {
    const { supervisor, url, lines } = open("stubborn", vaultScript, 300);
    await url;
    supervisor.drain();
    expect(await supervisor.ended).toBe(0);
    expect(lines).toEqual(["Requests in flight did not finish in time; stopping without them."]);
  });

  test("stops at once when told to, also while it drains", async () => {
    const { supervisor, url, vaults } = open("stubborn");
    const { pid } = await get(await url);
    supervisor.drain();
    const startedAt = performance.now();
    supervisor.stopNow();
    expect(await supervisor.ended).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect([pid, Number(vaults[0]?.process.pid)].map(isAlive)).toEqual([false, false]);
  });

  test("does not wait for a server that never was ready", async () => {
    const { supervisor } = open("silent");
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedAt = performance.now();
    supervisor.drain();
    expect(await supervisor.ended).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("passes on that the certificate is to be read again", async () => {
    const { supervisor, url } = open("server");
    const api = await url;
    supervisor.reload();
    const { received } = await eventually(
      async () => await get(api),
      (answer) => answer.received.length > 1,
    );
    expect(received).toEqual(["start", "reload"]);
  });

  test("ends with 1 and the reason when the server says that it cannot run", async () => {
    const { supervisor, lines } = open("failing");
    expect(await supervisor.ended).toBe(1);
    expect(lines).toEqual(["The port is taken."]);
  });

  test("waits for the reason of a server that lets go of its vault before it gives one", async () => {
    const { supervisor, lines } = open("resigning");
    expect(await supervisor.ended).toBe(1);
    expect(lines).toEqual(["The port is taken."]);
  });

  test("does not start a server again that never was ready", async () => {
    const { supervisor, lines, vaults } = open("early");
    expect(await supervisor.ended).toBe(1);
    expect(lines).toEqual(["The server stopped before it was ready (exit code 7)."]);
    // The vault ended by itself: nobody kept its socket open.
    expect(vaults.map(({ process: { exitCode } }) => exitCode)).toEqual([0]);
  });

  test("does not start a vault again that never served", async () => {
    const { supervisor, lines, vaults } = open("failing", "process.exit(9);");
    expect(await supervisor.ended).toBe(1);
    expect(lines).toHaveLength(1);
    expect(vaults.length).toBe(1);
  });

  test("ends a vault that stays although its socket has closed", async () => {
    const { supervisor, url, vaults } = open("server", "setInterval(() => 0, 1000);");
    await url;
    supervisor.drain();
    expect(await supervisor.ended).toBe(0);
    expect(isAlive(Number(vaults[0]?.process.pid))).toBe(false);
  });
});
