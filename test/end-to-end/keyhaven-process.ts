/** The built server as a child process, in a data directory of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const keyhavenBin = path.join(repositoryRoot, "bin/keyhaven.mjs");

const patienceMs = 30_000;

export interface Credentials {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface KeyhavenProcess {
  readonly url: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly credentials: Credentials;
  readonly child: ChildProcess;
  /** Everything the server has printed so far, on both streams. */
  output(): string;
  pids(): { readonly api: number; readonly vault: number };
  client(options?: Partial<KMSClientConfig>): KMSClient;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL of the launcher; the others end by themselves. */
  kill(): Promise<void>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), "keyhaven-e2e-"));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** What is on record in a data directory, in the order in which it came to be. */
export function recordsIn<JournalRecord = unknown>(dataDirectory: string): JournalRecord[] {
  const directory = path.join(dataDirectory, "journal");
  const segments = readdirSync(directory).filter((name) => name.endsWith(".jsonl"));
  return segments.toSorted().flatMap((segment) =>
    readFileSync(path.join(directory, segment), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as JournalRecord),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Starts `keyhaven serve` and waits for its ready line. */
export async function startKeyhavenProcess(options: {
  readonly dataDirectory: string;
  readonly port?: number;
  readonly command?: "serve" | "dev";
  readonly arguments?: readonly string[];
}): Promise<KeyhavenProcess> {
  const { dataDirectory, command = "serve" } = options;
  const port = options.port ?? (await freePort());
  const child = runKeyhaven([
    command,
    "--port",
    String(port),
    "--data-dir",
    dataDirectory,
    ...(options.arguments ?? []),
  ]);
  const printed = gather(child);
  const url = await untilReady(child, printed);
  const credentials = readCredentials(dataDirectory, command);
  return {
    url,
    port,
    dataDirectory,
    credentials,
    child,
    output: () => printed.text,
    pids: () => pidsBelow(child.pid ?? 0),
    client: (extra = {}) =>
      new KMSClient({ endpoint: url, region: credentials.region, credentials, ...extra }),
    async stop() {
      child.kill("SIGTERM");
      return await exitCodeOf(child);
    },
    async kill() {
      child.kill("SIGKILL");
      await exitCodeOf(child);
    },
  };
}

/** Any `keyhaven` command, as a child process with piped output. */
export function runKeyhaven(commandLine: readonly string[]): ChildProcess {
  return spawn(process.execPath, [keyhavenBin, ...commandLine], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** Runs a `keyhaven` command to its end. */
export async function keyhaven(
  ...commandLine: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = runKeyhaven(commandLine);
  const printed = gather(child);
  const code = await exitCodeOf(child);
  return { code, output: printed.text };
}

export async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  await once(child, "exit");
  return child.exitCode;
}

function gather(child: ChildProcess): { text: string } {
  const printed = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      printed.text += chunk.toString("utf8");
    });
  }
  return printed;
}

async function untilReady(child: ChildProcess, printed: { text: string }): Promise<string> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const url = /^keyhaven ready (\S+)$/m.exec(printed.text)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGKILL");
  throw new Error(`keyhaven is not ready:\n${printed.text}`);
}

function readCredentials(dataDirectory: string, command: "serve" | "dev"): Credentials {
  if (command === "dev") {
    return {
      accountId: "111122223333",
      accessKeyId: "test",
      secretAccessKey: "test",
      region: "us-east-1",
    };
  }
  const file = path.join(dataDirectory, "bootstrap-credentials.json");
  return JSON.parse(readFileSync(file, "utf8")) as Credentials;
}

/** The launcher's two children, told apart by the file each runs. */
function pidsBelow(launcher: number): { api: number; vault: number } {
  return { api: pidOf(launcher, "dist/main.js"), vault: pidOf(launcher, "dist/vault/main.js") };
}

/** The child of a launcher that runs a file. */
export function pidOf(launcher: number, file: string): number {
  const lines = execFileSync("ps", ["-o", "pid=,ppid=,args=", "-A"], { encoding: "utf8" });
  const found = lines
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .find((match) => Number(match?.[2]) === launcher && match?.[3]?.includes(file) === true);
  if (found === undefined || found === null) throw new Error(`no process runs ${file}`);
  return Number(found[1]);
}
