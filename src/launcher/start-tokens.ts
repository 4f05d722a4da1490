/** Starts the process that works with PKCS#11 tokens, the one that loads the operator's module. */
import path from "node:path";
import type { Pkcs11Config } from "./server-config.ts";
import { findBridge, packageFiles } from "./start-vault.ts";
import { type ProcessWithSocket, startWithSocket } from "./start-with-socket.ts";

/** A call into a module holds a thread until it returns, and each token makes a few at once. */
const threadsPerToken = 5;
const threadsAtMost = 128;

/** What says where keys of ours are is nobody else's business, and Node takes orders from its own. */
const keptBack = /^(?:KEYHAVEN_|AWS_|NODE_|UV_|LD_)/;

/**
 * Starts it without permission to read or write a file, to spawn or to listen to a debugger.
 * Native code is under no such rule, which is why it runs in a process of its own. It is given
 * the environment, in which modules have their settings, but for what is meant for others. How
 * it ends is seen on `process`; it ends with its socket.
 */
export function startTokens({ modulePath, clusters }: Pkcs11Config): ProcessWithSocket {
  const main = path.join(
    import.meta.dirname,
    `../pkcs11/main${path.extname(import.meta.filename)}`,
  );
  const bridge = findBridge();
  const labels = clusters.map(({ tokenLabel }) => tokenLabel);
  return startWithSocket(
    [
      ...nodeOptions(main, bridge),
      main,
      `--module=${modulePath}`,
      ...(bridge === undefined ? [] : [`--bridge=${bridge}`]),
      ...labels.map((label) => `--token=${label}`),
    ],
    environment(labels.length),
  );
}

function nodeOptions(main: string, bridge: string | undefined): string[] {
  const code = path.dirname(main);
  const protocols = ["../pkcs11-protocol", "../vault-protocol"].map((name) =>
    path.join(code, name),
  );
  const readable = [code, ...protocols, ...packageFiles(code)];
  if (bridge !== undefined) readable.push(bridge);
  return [
    "--permission",
    ...readable.map((name) => `--allow-fs-read=${name}`),
    "--allow-addons",
    "--disable-warning=PERM0001",
    "--disable-proto=throw",
    "--disallow-code-generation-from-strings",
    "--disable-sigusr1",
    "--max-old-space-size=128",
  ];
}

function environment(tokens: number): Record<string, string | undefined> {
  const given = Object.entries(process.env).filter(([name]) => !keptBack.test(name));
  const threads = Math.min(threadsPerToken * tokens, threadsAtMost);
  return { ...Object.fromEntries(given), UV_THREADPOOL_SIZE: String(threads) };
}
