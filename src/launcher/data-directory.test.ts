import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { DataDirectory } from "./data-directory.ts";
import { openDataDirectory } from "./data-directory.ts";

const parent = mkdtempSync(path.join(os.tmpdir(), "keyhaven-data-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const opened: DataDirectory[] = [];
afterEach(() => opened.splice(0).forEach(({ lock }) => lock.release()));

function open(directory: string): DataDirectory {
  const one = openDataDirectory(directory);
  opened.push(one);
  return one;
}

let names = 0;
function newPath(...below: readonly string[]): string {
  names += 1;
  return path.join(parent, String(names), ...below);
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe("the data directory", () => {
  test("is created for its owner alone, with the folders above it", () => {
    const directory = newPath("a", "b");
    const { isNew, vaultDirectory } = open(directory);
    expect(isNew).toBe(true);
    expect([directory, vaultDirectory].map(modeOf)).toEqual([0o700, 0o700]);
  });

  test("is closed to others when it is there and empty", () => {
    const directory = newPath();
    mkdirSync(directory, { mode: 0o755 });
    open(directory);
    expect(modeOf(directory)).toBe(0o700);
  });

  test("is refused when it holds something and others can enter it", () => {
    const directory = newPath();
    mkdirSync(directory);
    writeFileSync(path.join(directory, "something"), "");
    chmodSync(directory, 0o750);
    expect(() => open(directory)).toThrow(`Run: chmod 700 ${directory}`);
    expect(modeOf(directory)).toBe(0o750);
  });

  test("is refused when it is a file", () => {
    const file = newPath();
    writeFileSync(file, "");
    expect(() => open(file)).toThrow(`Cannot use ${file}`);
  });

  test("is not new once there is a store, and no vault directory is made for it", () => {
    const directory = newPath();
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(path.join(directory, "keyhaven.db"), "");
    const { isNew, vaultDirectory } = open(directory);
    expect(isNew).toBe(false);
    expect(existsSync(vaultDirectory)).toBe(false);
  });

  test("belongs to one server at a time", () => {
    const directory = newPath();
    const first = open(directory);
    expect(() => open(directory)).toThrow(`Another Keyhaven server runs on ${directory}.`);
    first.lock.release();
    opened.pop();
    open(directory);
  });
});
