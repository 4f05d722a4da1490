/** The two servers that are compared: the bare echo, and Keyhaven in a directory of its own. */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { endProcess } from "./child.mjs";
import { familyOf } from "./cpu.mjs";

const keyhavenBin = path.join(import.meta.dirname, "../bin/keyhaven.mjs");
const readyLine = /^keyhaven ready (http\S+)\n/;
const patienceMs = 60_000;

/** Starts the echo. */
export async function startEcho() {
  const child = fork(path.join(import.meta.dirname, "echo.mjs"));
  const [port] = await once(child, "message");
  return { port, pids: { api: child.pid }, stop: async () => await endProcess(child) };
}

/**
 * Starts `keyhaven serve` on a data directory and waits for its ready line. `flags` holds
 * flags for Node, of the API process and of the vault; a server has none unless a bench
 * wants to try some.
 *
 * @param {string} directory
 * @param {{ api?: readonly string[], vault?: readonly string[] }} [flags]
 */
export async function startKeyhaven(directory, flags = {}) {
  const dataDirectory = path.join(directory, "data");
  const begin = [...nodeArguments(directory, flags), keyhavenBin, "serve", "--port", "0"];
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [...begin, "--data-dir", dataDirectory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await untilReady(child);
    const startUpMs = performance.now() - startedAtMs;
    return {
      port: Number(new URL(url).port),
      host: new URL(url).host,
      startUpMs,
      pids: pidsOf(child.pid),
      credentials: readCredentials(dataDirectory),
      stop: async () => await endProcess(child),
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function untilReady(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error("keyhaven is not ready")), patienceMs);
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const url = readyLine.exec(text)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      // Later lines have no reader; the pipe must not fill.
      text = "";
      resolve(url);
    });
    child.once("exit", (code) => reject(new Error(`keyhaven ended with ${code} before ready`)));
  });
}

/** The launcher's child processes are told apart by the file that each runs. */
function pidsOf(launcher) {
  const family = familyOf(launcher);
  const running = (suffix) => {
    const found = family.find(({ command }) => command.some((word) => word.endsWith(suffix)));
    if (found === undefined) throw new Error(`no process runs ${suffix}`);
    return found.pid;
  };
  return { launcher, vault: running("/vault/main.js"), api: running("dist/main.js") };
}

function readCredentials(dataDirectory) {
  const file = path.join(dataDirectory, "bootstrap-credentials.json");
  const { accessKeyId, secretAccessKey, region } = JSON.parse(readFileSync(file, "utf8"));
  return { accessKeyId, secretAccessKey, region };
}

/**
 * The launcher starts its processes with its own Node and an empty environment, and no
 * setting of the product changes that. To try flags all the same, the launcher is told
 * that its Node is a script, which adds them.
 */
function nodeArguments(directory, { api = [], vault = [] }) {
  if (api.length + vault.length === 0) return [];
  const script = path.join(directory, "node-with-flags");
  writeFileSync(
    script,
    `#!/bin/sh\ncase "$*" in\n*vault/main.js*) ${nodeWith(vault)} ;;\n*) ${nodeWith(api)} ;;\nesac\n`,
  );
  chmodSync(script, 0o700);
  const code = `process.execPath = ${JSON.stringify(script)}`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

function nodeWith(flags) {
  return `exec ${[process.execPath, ...flags].map(quote).join(" ")} "$@"`;
}

function quote(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
