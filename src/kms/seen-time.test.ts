import { describe, expect, test } from "vitest";
import { openTestStore, temporaryDirectory } from "../../test/store-bench.ts";
import { SeenTime } from "./seen-time.ts";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 2, 1);

/** A host whose clock and whose time since its start a test moves. */
async function aHost(directory = temporaryDirectory()) {
  const store = await openTestStore(directory);
  const host = { clockMs: start, elapsedMs: 5_000, bootId: "first" };
  const said: string[] = [];
  const boot = async () =>
    await SeenTime.open({
      store,
      clock: () => host.clockMs,
      host: { elapsedMs: () => host.elapsedMs, bootId: host.bootId },
      onDoubt: ({ leadMs }) => said.push(`doubt ${Math.round(leadMs / day)}`),
      onTrust: () => said.push("trust"),
    });
  let seen = await boot();
  return {
    said,
    /** What may be destroyed, in days since the beginning. */
    now: async () => ((await seen.now()) - start) / day,
    jump: (ms: number) => void (host.clockMs += ms),
    async run(ms: number) {
      for (let gone = 0; gone < ms; gone += hour) {
        host.clockMs += hour;
        host.elapsedMs += hour;
        await seen.now();
      }
    },
    /** The host is started again. */
    async reboot(downMs: number) {
      host.clockMs += downMs;
      host.elapsedMs = 5_000;
      host.bootId += "another";
      seen = await boot();
    },
    /** The server alone is started again. */
    async restart(downMs: number) {
      host.clockMs += downMs;
      host.elapsedMs += downMs;
      seen = await boot();
    },
  };
}

describe("seen time", () => {
  test("is the clock's while that runs evenly", async () => {
    const host = await aHost();
    for (const days of [0, 1, 40]) {
      await host.run(days * day);
      expect(await host.now()).toBe(days === 40 ? 41 : days);
    }
    expect(host.said).toEqual([]);
  });

  test("does not follow a clock that jumps 400 days ahead, and the operator hears of it once", async () => {
    const host = await aHost();
    await host.run(day);
    host.jump(400 * day);
    expect(await host.now()).toBe(1);
    await host.run(5 * day);
    expect(await host.now()).toBeCloseTo(6, 0);
    expect(host.said).toEqual(["doubt 400"]);
  });

  test("is the clock's again once that is put right", async () => {
    const host = await aHost();
    await host.run(day);
    host.jump(400 * day);
    await host.run(2 * day);
    host.jump(-400 * day);
    await host.run(day);
    expect(await host.now()).toBe(4);
    expect(host.said).toEqual(["doubt 400", "trust"]);
  });

  test("is the clock's after it ran evenly for 30 days, not a day before, restarts or not", async () => {
    const host = await aHost();
    await host.run(day);
    host.jump(400 * day);
    await host.run(15 * day);
    await host.restart(hour);
    await host.run(14 * day);
    expect(await host.now()).toBeLessThan(31);
    await host.run(day);
    expect(await host.now()).toBeGreaterThan(430);
    expect(host.said).toEqual(["doubt 400", "doubt 400", "trust"]);
  });

  test("waits from the beginning when a clock in doubt jumps again", async () => {
    const host = await aHost();
    await host.now();
    host.jump(400 * day);
    await host.run(29 * day);
    host.jump(400 * day);
    await host.run(29 * day);
    expect(await host.now()).toBeLessThan(60);
    await host.run(2 * day);
    expect(await host.now()).toBeGreaterThan(850);
  });

  test("is not moved by many small jumps more than by one", async () => {
    const host = await aHost();
    await host.now();
    for (let jumps = 0; jumps < 100; jumps += 1) {
      host.jump(23 * hour);
      await host.now();
    }
    expect(await host.now()).toBe(0);
  });

  test("stands still while the clock does, and when it goes back", async () => {
    const host = await aHost();
    await host.run(10 * day);
    host.jump(-3 * day);
    expect(await host.now()).toBe(7);
    await host.run(3 * day);
    expect(await host.now()).toBe(10);
    await host.run(day);
    expect(await host.now()).toBe(11);
    expect(host.said).toEqual([]);
  });

  test("believes the clock for a week in which the host was down, and no longer", async () => {
    const host = await aHost();
    await host.run(day);
    await host.reboot(6 * day);
    expect(await host.now()).toBe(7);
    await host.reboot(8 * day);
    expect(await host.now()).toBe(7);
    expect(host.said).toEqual(["doubt 8"]);
    await host.reboot(6 * day);
    expect(await host.now()).toBe(7);
  });

  test("accounts for the down time when the clock is set only after the start", async () => {
    const host = await aHost();
    await host.run(day);
    await host.reboot(-300 * day);
    await host.run(hour);
    expect(await host.now()).toBeLessThan(0);
    host.jump(303 * day);
    expect(await host.now()).toBeCloseTo(4, 0);
    expect(host.said).toEqual([]);
  });

  test("accounts for all of the time in which only the server was down", async () => {
    const host = await aHost();
    await host.run(day);
    await host.restart(60 * day);
    expect(await host.now()).toBe(61);
    expect(host.said).toEqual([]);
  });

  test("does not follow a clock that jumps while the server alone is started again", async () => {
    const host = await aHost();
    await host.run(day);
    for (let starts = 0; starts < 20; starts += 1) {
      host.jump(2 * day);
      await host.restart(hour);
      await host.now();
    }
    expect(await host.now()).toBeLessThan(2);
    expect(host.said).toContain("doubt 4");
  });

  test("is not made use of when it cannot be stored", async () => {
    const store = await openTestStore();
    const seen = await SeenTime.open({
      store: {
        findClock: (name) => store.findClock(name),
        commit: () => Promise.reject(new Error("full")),
      },
      clock: () => start,
      onDoubt: () => undefined,
      onTrust: () => undefined,
    });
    await expect(seen.now()).rejects.toThrow("full");
  });
});
