import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openVaultInProcess } from "./in-process.ts";

const parent = mkdtempSync(path.join(tmpdir(), "keyhaven-in-process-"));
afterAll(() => rmSync(parent, { recursive: true }));

describe("a vault in this process", () => {
  test("answers like any other, from the first command on", async () => {
    const vault = openVaultInProcess({ directory: path.join(parent, "new"), initialize: true });
    const [described, created] = await Promise.all([
      vault.send("describe", {}),
      vault.send("createDomainKey", { number: 1 }),
    ]);
    expect(described).toHaveProperty("instanceId");
    expect(created).toHaveProperty("wrapped");
    vault.close();
  });

  test("rejects every command when it cannot be opened", async () => {
    const vault = openVaultInProcess({ directory: path.join(parent, "none"), initialize: false });
    await expect(vault.send("describe", {})).rejects.toThrow("cannot open");
    await expect(vault.send("describe", {})).rejects.toThrow("cannot open");
    vault.close();
  });
});
