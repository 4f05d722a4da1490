import { describe, expect, test } from "vitest";
import { BackOff } from "./back-off.ts";

describe("back-off", () => {
  test("doubles from 100 ms and stays at 5 s", () => {
    const backOff = new BackOff();
    const delays = Array.from({ length: 8 }, () => backOff.delayAfter(0));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test("begins again after a process that ran well", () => {
    const backOff = new BackOff();
    backOff.delayAfter(0);
    backOff.delayAfter(0);
    expect(backOff.delayAfter(10_000)).toBe(100);
    expect(backOff.delayAfter(9_999)).toBe(200);
  });
});
