import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

const weighing = (max: number, dropped: string[] = []) =>
  new BoundedMap<string, string>(max, {
    weigh: (value, key) => value.length + key.length,
    onDrop: (value) => dropped.push(value),
  });

test("lets go of the least recently used entries, as many as the weight of a new one asks", () => {
  const dropped: string[] = [];
  const map = weighing(12, dropped);
  map.set("a", "111");
  map.set("b", "222");
  map.set("c", "333");
  map.get("a");
  map.set("d", "4444");
  expect(dropped).toEqual(["222", "333"]);
  expect([map.get("a"), map.get("d"), map.size]).toEqual(["111", "4444", 2]);
});

test("keeps nothing that is heavier than it may be, and nothing else then", () => {
  const map = weighing(5);
  map.set("a", "1");
  map.set("b", "22222");
  expect(map.size).toBe(0);
  map.set("a", "1");
  expect(map.get("a")).toBe("1");
});

test("counts an entry once, however often it is set, and not at all once it is gone", () => {
  const map = weighing(6);
  for (let n = 0; n < 5; n += 1) map.set("a", "11");
  map.set("b", "22");
  expect(map.size).toBe(2);
  map.delete("a");
  map.set("c", "33");
  expect(map.size).toBe(2);
  map.clear();
  map.set("d", "44444");
  expect(map.size).toBe(1);
});

test("holds as many entries as it may where they are not weighed", () => {
  const map = new BoundedMap<number, number>(3);
  for (let n = 0; n < 10; n += 1) map.set(n, n);
  expect([map.size, map.get(6), map.get(7)]).toEqual([3, undefined, 7]);
});
