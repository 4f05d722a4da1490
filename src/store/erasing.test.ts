import { expect, onTestFinished, test } from "vitest";
import { openTestStore } from "../../test/store-bench.ts";
import { keepErased } from "./erasing.ts";
import type { Store } from "./store.ts";

const accessKey = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  userId: null,
  accountId: "111122223333",
  status: "Active",
  wrappedSecret: Uint8Array.of(1),
  createdAtMs: 1,
  rowVersion: 1,
} as const;

function keepingErased(store: Pick<Store, "isErasureDue" | "eraseDeleted">): unknown[] {
  const failures: unknown[] = [];
  const erasing = keepErased(store, { everyMs: 10, onFailure: (error) => failures.push(error) });
  onTestFinished(async () => await erasing.stop());
  return failures;
}

test("a deleted access key is erased without anybody waiting for it", async () => {
  const store = await openTestStore();
  await store.commit([{ kind: "insert", table: "accessKeys", record: accessKey }]);
  expect(await store.isErasureDue()).toBe(false);
  await store.commit([{ kind: "delete", table: "accessKeys", record: accessKey }]);
  expect(await store.isErasureDue()).toBe(true);
  expect(keepingErased(store)).toEqual([]);
  await expect.poll(() => store.isErasureDue()).toBe(false);
});

test("an erasure that fails is told of and tried again until it is done", async () => {
  let left = 3;
  const failures = keepingErased({
    isErasureDue: () => Promise.resolve(left > 0),
    eraseDeleted() {
      left -= 1;
      return left > 0 ? Promise.reject(new Error("no space")) : Promise.resolve();
    },
  });
  await expect.poll(() => left).toBe(0);
  expect(failures).toHaveLength(2);
});
