import { expect, test } from "vitest";
import { aKey } from "../../test/store-bench.ts";
import { changed, keyAt } from "./key.ts";

test("what follows from the clock alone is not stored", () => {
  const record = aKey({ origin: "EXTERNAL", keyState: "Disabled", materialValidToMs: 1_000 });
  expect(keyAt(record, 999).keyState).toBe("Disabled");
  const expired = keyAt(record, 1_000);
  expect(expired.keyState).toBe("PendingImport");
  expect(changed(expired, { description: "new" })).toEqual({
    ...record,
    description: "new",
    rowVersion: record.rowVersion + 1,
  });
  expect(changed(expired, { keyState: "Enabled" }).keyState).toBe("Enabled");
});
