import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FairPlaces } from "./fair-places.ts";

const throttled = {
  code: "ThrottlingException",
  message: expect.stringContaining("exceeded the rate") as string,
};

/** Work that ends when the test says so. */
function bench(options: Partial<ConstructorParameters<typeof FairPlaces>[0]> = {}) {
  const places = new FairPlaces({
    count: 1,
    perAccount: 3,
    maximumWaiting: 10,
    patienceMs: 5_000,
    ...options,
  });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const enter = async (accountId: string, name = accountId): Promise<string> =>
    await places.run(accountId, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const finishAll = async (): Promise<void> => {
    for (let rounds = 0; rounds < 50; rounds++) {
      for (const end of ends.splice(0)) end();
      await turn();
    }
  };
  return { places, begun, enter, finishAll };
}

describe("fair places", () => {
  test("begin work at once while there are places, and no more than those", async () => {
    const { begun, enter, finishAll } = bench({ count: 2 });
    const work = ["a", "b", "c"].map(async (account) => await enter(account));
    expect(begun).toEqual(["a", "b"]);
    await finishAll();
    expect(await Promise.all(work)).toEqual(["a", "b", "c"]);
  });

  test("are given to the accounts that wait in turn, not in the order they came", async () => {
    const { begun, enter, finishAll } = bench({ perAccount: 5 });
    const names = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"];
    const work = names.map(async (name) => await enter(name.slice(0, 1), name));
    await finishAll();
    await Promise.all(work);
    expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  });

  test("throttle an account that has too much under way or waiting, and no other", async () => {
    const { begun, enter, finishAll } = bench();
    const work = ["a1", "a2", "a3"].map(async (name) => await enter("a", name));
    await expect(enter("a", "a4")).rejects.toMatchObject(throttled);
    work.push(enter("b"));
    await finishAll();
    await Promise.all(work);
    expect(begun).toEqual(["a1", "a2", "b", "a3"]);
    const again = enter("a", "again");
    await finishAll();
    expect(await again).toBe("again");
  });

  test("throttle everybody when too many wait altogether", async () => {
    const { enter, finishAll } = bench({ maximumWaiting: 2 });
    const work = ["a", "b", "c"].map(async (account) => await enter(account));
    await expect(enter("d")).rejects.toMatchObject(throttled);
    await finishAll();
    expect(await Promise.all(work)).toEqual(["a", "b", "c"]);
  });

  test("throttle what has waited too long, and do not begin it", async () => {
    const { begun, enter, finishAll } = bench({ patienceMs: 20 });
    const first = enter("a");
    const late = enter("b");
    await expect(late).rejects.toMatchObject(throttled);
    await finishAll();
    await first;
    expect(begun).toEqual(["a"]);
    const next = enter("b");
    await finishAll();
    expect(await next).toBe("b");
    // Its patience is not called on once it has begun.
    const slow = enter("b");
    await sleep(40);
    await finishAll();
    expect(await slow).toBe("b");
  });

  test("are given back by work that fails", async () => {
    const { places, enter, finishAll } = bench();
    const failing = places.run("a", async () => await Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    const next = enter("a");
    await finishAll();
    expect(await next).toBe("a");
  });
});
