import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Places } from "./places.ts";

test("never runs more at once than there are places, and runs all in order", async () => {
  const places = new Places(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 20 }, async (_, index) => {
    await places.run(async () => {
      begun.push(index);
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
    });
  });
  await Promise.all(work);
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test("gives back the place of work that failed", async () => {
  const places = new Places(1);
  await expect(places.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(places.run(() => Promise.resolve("yes"))).resolves.toBe("yes");
});
