import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";

const main = path.join(import.meta.dirname, "main.ts");
const temporary = mkdtempSync(path.join(os.tmpdir(), "keyhaven-running-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const environment = { PATH: process.env["PATH"], TMPDIR: temporary };

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** What was printed on standard output by the time it was ready. */
  readonly greeting: string;
}

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** Starts a server, and waits until it is ready and has said all it has to say. */
async function start(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [main, ...args, "--port", "0"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let greeting = "";
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    greeting += bytes.toString();
    const [, url] = /^keyhaven ready (\S+)\n/m.exec(greeting) ?? [];
    if (url !== undefined) return { child, url, greeting };
  }
  throw new Error("It ended without being ready.");
}

async function stop({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}

/** Runs a command to its end. */
async function run(program: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const options = { env: { ...environment, ...variables }, timeout: 60_000 };
  return await new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(program, args, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

async function keyhaven(...args: readonly string[]) {
  return await run(process.execPath, [main, ...args]);
}

/** The process ids of the API process and the vault. */
function childrenOf(running: Running): readonly number[] {
  const file = `/proc/${running.child.pid}/task/${running.child.pid}/children`;
  return readFileSync(file, "utf8").trim().split(" ").map(Number);
}

async function untilGone(pids: readonly number[]): Promise<readonly number[]> {
  const alive = () => pids.filter((pid) => existsSync(`/proc/${pid}/exe`));
  for (let attempt = 0; attempt < 100 && alive().length > 0; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return alive();
}

let directories = 0;
function newDirectory(): string {
  directories += 1;
  return path.join(temporary, `data-${directories}`);
}

const hasAws = spawnSync("aws", ["--version"]).status === 0;
const hasProc = existsSync("/proc/self/exe");

describe("keyhaven dev", () => {
  test("is ready at once, and leaves nothing behind when it is stopped", async () => {
    const startedAt = performance.now();
    const dev = await start("dev");
    const readyAfterMs = performance.now() - startedAt;
    expect(readyAfterMs).toBeLessThan(5_000);
    expect((await fetch(`${dev.url}/health`)).status).toBe(200);
    expect(dev.greeting).toContain("export AWS_ACCESS_KEY_ID=test\n");
    const [name] =
      spawnSync("ls", [temporary], { encoding: "utf8" }).stdout.match(/keyhaven-dev-\S+/) ?? [];
    expect(name).toBeDefined();
    expect(await stop(dev, "SIGTERM")).toBe(0);
    expect(existsSync(path.join(temporary, String(name)))).toBe(false);
  });

  test.skipIf(!hasAws)("shows commands that work when they are pasted", async () => {
    const dev = await start("dev");
    const commands = dev.greeting.slice(dev.greeting.indexOf("\n"));
    const script = commands
      .split("\n")
      .filter((line) => line.startsWith("  "))
      .join("\n");
    expect(await run("sh", ["-euc", script])).toMatchObject({ code: 0, stdout: "hello" });
  });
});

describe("keyhaven serve", () => {
  test("shows the credentials once, and later where they are", async () => {
    const directory = newDirectory();
    const first = await start("serve", "--data-dir", directory);
    const file = path.join(directory, "bootstrap-credentials.json");
    const credentials = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(first.greeting).toContain(`AWS_ACCESS_KEY_ID=${credentials["accessKeyId"]}\n`);
    expect(first.greeting).toContain(`AWS_SECRET_ACCESS_KEY=${credentials["secretAccessKey"]}\n`);
    expect(await stop(first, "SIGINT")).toBe(0);

    const second = await start("serve", "--data-dir", directory);
    expect(second.greeting).toContain(file);
    expect(second.greeting).toContain(second.url);
    expect(second.greeting).not.toContain(credentials["secretAccessKey"]);
  });

  test("is refused where another server runs", async () => {
    const directory = newDirectory();
    await start("serve", "--data-dir", directory);
    const { code, stderr } = await keyhaven("serve", "--data-dir", directory);
    expect(stderr).toBe(`keyhaven: Another Keyhaven server runs on ${directory}.\n`);
    expect(code).toBe(1);
  });

  test("is refused on a port that is taken, with one line", async () => {
    const { url } = await start("serve", "--data-dir", newDirectory());
    const args = ["--port", new URL(url).port, "--data-dir", newDirectory()];
    const { code, stdout, stderr } = await keyhaven("serve", ...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^keyhaven: [^\n]*\n$/);
  });

  test("is refused when its root key is gone, and does not make another", async () => {
    const directory = newDirectory();
    await stop(await start("serve", "--data-dir", directory), "SIGTERM");
    const rootKey = path.join(directory, "vault", "root.key");
    rmSync(rootKey);
    const { code, stdout } = await keyhaven("serve", "--data-dir", directory);
    expect([code, stdout]).toEqual([1, ""]);
    expect(existsSync(rootKey)).toBe(false);
  });

  test("is refused when others can enter its directory", async () => {
    const directory = newDirectory();
    await stop(await start("serve", "--data-dir", directory), "SIGTERM");
    chmodSync(directory, 0o711);
    const { code, stderr } = await keyhaven("serve", "--data-dir", directory);
    expect(stderr).toContain(`Run: chmod 700 ${directory}`);
    expect(code).toBe(1);
  });

  test.skipIf(!hasProc)("takes the API process and the vault with it when killed", async () => {
    const server = await start("serve", "--data-dir", newDirectory());
    const pids = childrenOf(server);
    expect(pids).toHaveLength(2);
    await stop(server, "SIGKILL");
    expect(await untilGone(pids)).toEqual([]);
  });

  test("starts again at once after it was killed, with what it had", async () => {
    const directory = newDirectory();
    const server = await start("serve", "--data-dir", directory);
    await keyhaven("account", "create", "--name", "kept", "--data-dir", directory);
    await stop(server, "SIGKILL");
    await start("serve", "--data-dir", directory);
    const { stdout } = await keyhaven("account", "list", "--data-dir", directory);
    expect(stdout).toContain("kept");
  });

  test("can be administered while it runs, and records it", async () => {
    const directory = newDirectory();
    await start("serve", "--data-dir", directory);
    const at = ["--data-dir", directory];
    const created = await keyhaven("account", "create", "--name", "billing", "--json", ...at);
    const { accountId, accessKeyId, secretAccessKey, region } = JSON.parse(created.stdout);
    expect(accountId).toMatch(/^\d{12}$/);
    expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9/+]{40}$/);
    expect(region).toBe("us-east-1");
    expect((await keyhaven("access-key", "disable", accessKeyId, ...at)).code).toBe(0);
    const keys = await keyhaven("access-key", "list", "--account", accountId, ...at);
    expect(keys.stdout).toMatch(new RegExp(`${accessKeyId}  Inactive`));
    const { stdout } = await keyhaven("audit", "tail", ...at);
    expect(stdout).toMatch(/ {2}CreateAccount .*\n.* {2}UpdateAccessKey /);
    expect(stdout).not.toContain(secretAccessKey);
  });
});
