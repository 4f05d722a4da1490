/** Starts the vault in a process that can do nothing but be a vault. */
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type ProcessWithSocket, startWithSocket } from "./start-with-socket.ts";

/**
 * Has glibc overwrite all memory that is freed: while they read and write
 * keys, OpenSSL and Node free copies as they are. Chunks of the per-thread cache are not
 * overwritten, so there is none. (The GNU C Library manual, "Memory Allocation Tunables".)
 */
const vaultEnvironment = {
  GLIBC_TUNABLES: "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
};

export interface VaultStart {
  /** The vault's own directory, absolute: the only one it may write to. */
  readonly directory: string;
  /** Makes what is missing of a new vault, its directory included. */
  readonly initialize: boolean;
  /** The file the vault begins with: main.js, or main.ts, of its room. */
  readonly entry?: string;
}

/**
 * Starts a vault with nothing of our environment, and without permission to read anything but
 * its code and its directory, to write anything but its directory, to spawn or to load
 * native code but for the bridge to OpenSSL. What it prints goes to standard error. How it ends is seen on `process`.
 */
export function startVault({ directory, initialize, entry }: VaultStart): ProcessWithSocket {
  // Node gives permission for what lies in a directory only if the directory is there.
  if (initialize) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const main = entry ?? defaultEntry();
  const bridge = findBridge();
  const mainArguments = ["--directory", directory, ...(initialize ? ["--initialize"] : [])];
  if (bridge !== undefined) mainArguments.push("--bridge", bridge);
  const options = nodeOptions(main, directory, bridge);
  return startWithSocket([...options, main, ...mainArguments], vaultEnvironment);
}

/** Beside this file's directory; built or not, the extension is the same as ours. */
function defaultEntry(): string {
  return path.join(import.meta.dirname, `../vault/main${path.extname(import.meta.filename)}`);
}

function nodeOptions(main: string, directory: string, bridge: string | undefined): string[] {
  const vaultCode = path.dirname(main);
  const protocolCode = path.join(vaultCode, "../vault-protocol");
  const readable = [vaultCode, protocolCode, ...packageFiles(vaultCode), directory];
  if (bridge !== undefined) readable.push(bridge);
  return [
    "--permission",
    ...readable.map((name) => `--allow-fs-read=${name}`),
    `--allow-fs-write=${directory}`,
    "--disable-proto=throw",
    "--disallow-code-generation-from-strings",
    "--disable-sigusr1",
    ...(bridge === undefined ? ["--no-addons"] : ["--allow-addons", "--disable-warning=PERM0001"]),
    "--max-old-space-size=256",
    // What outlives a command lies outside the heap; a large young generation only keeps
    // dropped buffers from being freed.
    "--max-semi-space-size=4",
    // The vault collects what it has dropped of private keys.
    "--expose-gc",
  ];
}

/** The addon that bridges the vault to the OpenSSL inside Node, where it is installed. */
export function findBridge(): string | undefined {
  const { resolve } = createRequire(import.meta.url);
  const { platform, arch } = process;
  try {
    const found = resolve(`@koromix/koffi-${platform}-${arch}`);
    return path.join(path.dirname(found), `${platform}_${arch}/koffi.node`);
  } catch {
    return undefined;
  }
}

/** Where Node looks up whether a file is an ES module. */
export function packageFiles(vaultCode: string): string[] {
  return ["package.json", "../package.json", "../../package.json"].map((name) =>
    path.join(vaultCode, name),
  );
}
