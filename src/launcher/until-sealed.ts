import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncDirectorySync } from "../lib/directories.ts";
import { hasEnded } from "./child-process.ts";

const limitMs = 60_000;
const intervalMs = 5;

/**
 * Resolves once the vault in `directory` has its root key sealed on disk, or has ended.
 * The API process creates the store only after this: a store that exists stands for a
 * root key that exists, so that no later start may ever make a new one.
 */
export async function untilSealed(directory: string, vault: ChildProcess): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!hasEnded(vault) && !existsSync(path.join(directory, "seal.json"))) {
    if (performance.now() > deadline) vault.kill("SIGKILL");
    await sleep(intervalMs);
  }
  if (!hasEnded(vault)) syncDirectorySync(directory);
}
