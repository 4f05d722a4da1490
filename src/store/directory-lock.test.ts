import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runModule, temporaryDirectory } from "../../test/store-bench.ts";
import { DirectoryInUse, lockDirectory } from "./directory-lock.ts";

const holder = (directory: string): string => `
  import { lockDirectory } from "src/store/directory-lock.ts";
  lockDirectory(${JSON.stringify(directory)});
  console.log("locked");
  setInterval(() => {}, 1000);
`;

test("refuses a second holder at once, and lets it in after the release", () => {
  const directory = temporaryDirectory();
  const first = lockDirectory(directory);
  const began = performance.now();
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  expect(performance.now() - began).toBeLessThan(1_000);
  first.release();
  first.release();
  lockDirectory(directory).release();
});

test("refuses a directory that another process holds, until that is killed", async () => {
  const directory = temporaryDirectory();
  const { child, lines, exited } = runModule(holder(directory));
  for await (const line of lines) if (line === "locked") break;
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  // A refused attempt must not free the lock of the holder, as closing a descriptor can.
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  child.kill("SIGKILL");
  await exited;
  lockDirectory(directory).release();
});

test("keeps other processes out after an attempt of the holder's own to lock again", async () => {
  const directory = temporaryDirectory();
  const lock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  const { lines } = runModule(`
    import { lockDirectory } from "src/store/directory-lock.ts";
    try { lockDirectory(${JSON.stringify(directory)}); console.log("locked"); }
    catch (error) { console.log(error.name); }
  `);
  for await (const line of lines) expect(line).toBe("DirectoryInUse");
  lock.release();
});

test("creates the directory 0700 and its file 0600, and leaves no other file", () => {
  const directory = path.join(temporaryDirectory(), "new", "data");
  const lock = lockDirectory(directory);
  expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
  expect(fs.readdirSync(directory)).toEqual(["keyhaven.lock"]);
  expect(fs.statSync(path.join(directory, "keyhaven.lock")).mode & 0o777).toBe(0o600);
  lock.release();
});

test("is held although nobody keeps what lockDirectory returned", async () => {
  const directory = temporaryDirectory();
  const { lines } = runModule(`
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    import { lockDirectory } from "src/store/directory-lock.ts";
    lockDirectory(${JSON.stringify(directory)});
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    setTimeout(() => console.log("collected"), 100);
    setInterval(() => {}, 1000);
  `);
  for await (const line of lines) if (line === "collected") break;
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
});
