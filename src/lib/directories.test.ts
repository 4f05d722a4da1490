import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivateDirectorySync, syncDirectory, syncDirectorySync } from "./directories.ts";

let place = "";
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), "directories-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("makes every directory on the way for its owner only", () => {
  const deepest = path.join(place, "one/two/three");
  makePrivateDirectorySync(deepest);
  for (const made of ["one", "one/two", "one/two/three"]) {
    expect(statSync(path.join(place, made)).mode & 0o777).toBe(0o700);
  }
});

test("leaves a directory that is there as it is", () => {
  const { mode } = statSync(place);
  makePrivateDirectorySync(place);
  expect(statSync(place).mode).toBe(mode);
});

test.skipIf(process.platform !== "linux")("gives up where no directory can be made", () => {
  // In a process of its own: what never ends could not be ended from here.
  const source = `
    import { makePrivateDirectorySync } from ${JSON.stringify(import.meta.resolve("./directories.ts"))};
    makePrivateDirectorySync("/proc/nope/x");
  `;
  const { signal, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", source],
    {
      timeout: 10_000,
      encoding: "utf8",
    },
  );
  expect(signal).toBeNull();
  expect(stderr).toContain("ENOENT: no such file or directory, mkdir '/proc/nope'");
});

test("says so when something on the way is no directory", () => {
  writeFileSync(path.join(place, "file"), "");
  expect(() => makePrivateDirectorySync(path.join(place, "file/x"))).toThrow("ENOTDIR");
  expect(() => makePrivateDirectorySync(path.join(place, "file"))).toThrow("EEXIST");
});

test("says when there is no directory to make durable", async () => {
  const missing = path.join(place, "missing");
  expect(() => syncDirectorySync(missing)).toThrow("ENOENT");
  await expect(syncDirectory(missing)).rejects.toThrow("ENOENT");
});
