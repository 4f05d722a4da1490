import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { anAlias, aKey, aKeyMaterial } from "../../test/store-bench.ts";
import { StoreConflict } from "../store/store.ts";
import { contestedRecord, inTurn } from "./turns.ts";

function lost(change: StoreConflict["change"]): string {
  return contestedRecord(new StoreConflict("lost", change));
}

function lostAlias(changes: Parameters<typeof anAlias>[0]): string {
  return lost({ kind: "insert", table: "aliases", record: anAlias(changes) });
}

describe("work in turn", () => {
  const queues = {};

  test("of one queue is done one after another, in the order it came", async () => {
    const done: string[] = [];
    const work = (name: string, turns: number) => async () => {
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      done.push(name);
    };
    await Promise.all([
      inTurn({ queues, name: "a" }, work("first", 9)),
      inTurn({ queues, name: "a" }, work("second", 1)),
      inTurn({ queues, name: "b" }, work("of another", 3)),
    ]);
    expect(done).toEqual(["of another", "first", "second"]);
  });

  test("goes on after work that failed, and says so to whom it belongs", async () => {
    const failing = inTurn({ queues, name: "a" }, async () => {
      await setImmediate();
      throw new Error("failed");
    });
    const next = inTurn({ queues, name: "a" }, () => Promise.resolve("done"));
    await expect(failing).rejects.toThrow("failed");
    expect(await next).toBe("done");
  });
});

describe("what was contested", () => {
  const key = aKey();

  test("is the same for a key and for its key material", () => {
    const record = aKeyMaterial();
    expect(lost({ kind: "insert", table: "keyMaterials", record })).toBe(
      lost({ kind: "update", table: "keys", record: key }),
    );
  });

  test.each([
    ["account", { ...key, accountId: "444455556666" }],
    ["Region", { ...key, region: "us-east-1" }],
    ["key", { ...key, keyId: "another" }],
  ])("is something else for another %s", (_what, record) => {
    expect(lost({ kind: "update", table: "keys", record })).not.toBe(
      lost({ kind: "update", table: "keys", record: key }),
    );
  });

  test("is the same for a multi-Region key in all its Regions", () => {
    const multiRegion = { ...key, keyId: `mrk-${"0".repeat(32)}` };
    const there = { ...multiRegion, region: "us-east-1" };
    expect(lost({ kind: "update", table: "keys", record: there })).toBe(
      lost({ kind: "update", table: "keys", record: multiRegion }),
    );
  });

  test("is an alias by its name, whatever key it is for", () => {
    expect(lostAlias({ targetKeyId: "another" })).toBe(lostAlias({}));
    expect(lostAlias({ aliasName: "alias/another" })).not.toBe(lostAlias({}));
  });
});
