import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";

const script = `
import { heedSignals } from ${JSON.stringify(path.join(import.meta.dirname, "signals.ts"))};
const told = (what) => () => console.log(what);
heedSignals({ drain: told("drain"), stopNow: told("stop"), reload: told("reload") });
console.log("ready");
setInterval(() => 0, 1000);
`;

let child: ReturnType<typeof spawn> | undefined;
afterEach(() => child?.kill("SIGKILL"));

/** Starts a process, gives it signals (a number is a pause in ms) and returns what they meant. */
async function meaningsOf(given: readonly (NodeJS.Signals | number)[]): Promise<string[]> {
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const heeding = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: [...stdio],
  });
  child = heeding;
  const heard: string[] = [];
  heeding.stdout.on("data", (bytes: Buffer) => heard.push(...bytes.toString().trim().split("\n")));
  await once(heeding.stdout, "data");
  for (const signal of given) {
    if (typeof signal === "number") await sleep(signal);
    else heeding.kill(signal);
    await sleep(40);
  }
  await sleep(100);
  return heard.slice(1);
}

describe("signals", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s drains", async (signal) => {
    expect(await meaningsOf([signal])).toEqual(["drain"]);
  });

  test("a second one stops at once", async () => {
    expect(await meaningsOf(["SIGINT", 400, "SIGTERM"])).toEqual(["drain", "stop"]);
  });

  test("one Ctrl-C that arrives three times is one", async () => {
    expect(await meaningsOf(["SIGINT", "SIGINT", "SIGTERM"])).toEqual(["drain"]);
  });

  test("SIGHUP reloads, as often as it comes", async () => {
    expect(await meaningsOf(["SIGHUP", "SIGHUP"])).toEqual(["reload", "reload"]);
  });
});
