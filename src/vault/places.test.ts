import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Places } from "./places.ts";

const overdue = { refused: "overdue" };

function newPlaces(count: number) {
  const time = { nowMs: 0 };
  return { places: new Places({ count, patienceMs: 1_000, nowMs: () => time.nowMs }), time };
}

test("never runs more at once than there are places, and runs all in order", async () => {
  const { places } = newPlaces(3);
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
  const { places } = newPlaces(1);
  await expect(places.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(places.run(() => Promise.resolve("yes"))).resolves.toBe("yes");
});

test("does not begin work that nobody waits for any more, and goes on with the next", async () => {
  const { places, time } = newPlaces(1);
  const first = Promise.withResolvers<string>();
  const begun: string[] = [];
  const outcomes = [places.run(async () => await first.promise)];
  const enter = (name: string): number =>
    outcomes.push(
      places.run(() => {
        begun.push(name);
        return Promise.resolve(name);
      }),
    );
  enter("early");
  time.nowMs = 500;
  enter("late");
  time.nowMs = 1_001;
  first.resolve("first");
  expect(await Promise.all(outcomes)).toEqual(["first", overdue, "late"]);
  expect(begun).toEqual(["late"]);
});
