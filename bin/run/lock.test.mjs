import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { whileLocked } from "./lock.mjs";

const quiet = () => undefined;
const fail = async () => await Promise.reject(new Error("no"));

describe.skipIf(process.platform !== "linux")("the lock of a folder", () => {
  test("lets one work at a time", async () => {
    const root = randomUUID();
    let working = 0;
    let most = 0;
    const work = async () => {
      working += 1;
      most = Math.max(most, working);
      await sleep(20);
      working -= 1;
    };
    await Promise.all([1, 2, 3].map(async () => await whileLocked(root, work, quiet)));
    expect([most, working]).toEqual([1, 0]);
  });

  test("is of no concern to other folders", async () => {
    const order = await whileLocked(
      randomUUID(),
      async () => await whileLocked(randomUUID(), async () => "inside", quiet),
      quiet,
    );
    expect(order).toBe("inside");
  });

  test("is free again when the work fails", async () => {
    const root = randomUUID();
    await expect(whileLocked(root, fail, quiet)).rejects.toThrow("no");
    expect(await whileLocked(root, async () => "free", quiet)).toBe("free");
  });

  test("is free again when its holder is killed, and says meanwhile that it waits", async () => {
    const root = randomUUID();
    const file = path.join(import.meta.dirname, "lock.mjs");
    const script = `
      import { whileLocked } from ${JSON.stringify(file)};
      await whileLocked(${JSON.stringify(root)}, async () => {
        console.log("held");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      }, () => undefined);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    /** @type {string[]} */
    const lines = [];
    const waiting = whileLocked(
      root,
      async () => "mine",
      (line) => lines.push(line),
    );
    await sleep(350);
    holder.kill("SIGKILL");
    expect(await waiting).toBe("mine");
    expect(lines).toEqual(["Waiting for another process that installs or builds here."]);
  });
});
