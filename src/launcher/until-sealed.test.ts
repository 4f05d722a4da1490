import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasEnded } from "./child-process.ts";
import { untilSealed } from "./until-sealed.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "keyhaven-sealed-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (script: string) => spawn(process.execPath, ["-e", script], { stdio: "ignore" });

describe("waiting for the root key to be sealed", () => {
  test("lasts until the seal is on disk", async () => {
    const vault = start("setInterval(() => 0, 1000)");
    let sealed = false;
    const waiting = untilSealed(directory, vault).then(() => sealed);
    await sleep(100);
    sealed = true;
    writeFileSync(path.join(directory, "seal.json"), "{}");
    expect(await waiting).toBe(true);
    vault.kill("SIGKILL");
  });

  test("ends with the vault", async () => {
    const vault = start("process.exit(1)");
    await untilSealed(directory, vault);
    expect(hasEnded(vault)).toBe(true);
  });

  test("ends when the vault cannot even be started", async () => {
    const vault = spawn(path.join(directory, "nothing"));
    vault.once("error", () => undefined);
    await untilSealed(directory, vault);
    expect(hasEnded(vault)).toBe(true);
  });
});
