import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { agreesWithLock } from "./install.mjs";
import { isNewEnough } from "./node.mjs";
import { digestOf, isStamped, listFiles, stamp } from "./stamp.mjs";

const root = mkdtempSync(path.join(os.tmpdir(), "keyhaven-run-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** @param {string} name @param {string} text */
function write(name, text) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The digest of all .ts files below src. */
const digest = () =>
  digestOf(
    root,
    listFiles(root, "src", (name) => name.endsWith(".ts")),
  );

beforeEach(() => {
  rmSync(path.join(root, "src"), { recursive: true, force: true });
  write("src/a.ts", "one");
  write("src/deep/b.ts", "two");
});

describe("whether a step has to be done again", () => {
  test("no, when nothing changed but the times", () => {
    const before = digest();
    utimesSync(path.join(root, "src/a.ts"), 1, 1);
    expect(digest()).toBe(before);
  });

  test.each([
    ["content", () => write("src/a.ts", "uno")],
    ["a new file", () => write("src/c.ts", "")],
    ["a file that is gone", () => rmSync(path.join(root, "src/deep/b.ts"))],
    [
      "text that moved from one file to the next",
      () => {
        write("src/a.ts", "onet");
        write("src/deep/b.ts", "wo");
      },
    ],
  ])("yes, for %s", (_, change) => {
    const before = digest();
    change();
    expect(digest()).not.toBe(before);
  });

  test("no, for files that are no input", () => {
    const before = digest();
    write("src/notes.md", "");
    expect(digest()).toBe(before);
  });

  test("yes, on another system", () => {
    expect(digestOf(root, [], ["x64"])).not.toBe(digestOf(root, [], ["arm64"]));
  });

  test("a stamp holds for one digest", () => {
    const file = path.join(root, "stamp");
    expect(isStamped(file, "one")).toBe(false);
    stamp(file, "one");
    expect([isStamped(file, "one"), isStamped(file, "two")]).toEqual([true, false]);
  });
});

describe("whether packages have to be installed", () => {
  const packages = {
    "": { version: "1.0.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/ours": {
      version: "1.0.0",
      integrity: "sha512-o",
      optional: true,
      os: [process.platform],
      cpu: [process.arch],
    },
    "node_modules/theirs": { version: "1.0.0", optional: true, os: ["beos"], cpu: ["ppc"] },
  };
  const { "": _, "node_modules/theirs": __, ...installed } = packages;

  /** @param {object | undefined} present */
  function agree(present) {
    rmSync(path.join(root, "node_modules"), { recursive: true, force: true });
    write("package-lock.json", JSON.stringify({ packages }));
    if (present !== undefined) {
      write("node_modules/.package-lock.json", JSON.stringify({ packages: present }));
    }
    return agreesWithLock(root);
  }

  test("not when all are there that this system needs", () => {
    expect(agree(installed)).toBe(true);
  });

  test("when nothing was installed, or not to the end", () => {
    expect(agree(undefined)).toBe(false);
  });

  test.each([
    ["a package is missing", { ...installed, "node_modules/a": undefined }],
    [
      "a version differs",
      { ...installed, "node_modules/a": { ...packages["node_modules/a"], version: "2.0.0" } },
    ],
    [
      "contents differ",
      { ...installed, "node_modules/a": { ...packages["node_modules/a"], integrity: "x" } },
    ],
    [
      "the optional package for this system is missing",
      { ...installed, "node_modules/ours": undefined },
    ],
  ])("when %s", (_name, present) => {
    expect(agree(present)).toBe(false);
  });
});

test.each([
  ["24.15.0", true],
  ["24.21.0", true],
  ["26.0.0", true],
  ["24.14.9", false],
  ["22.99.0", false],
  ["20.20.2", false],
])("Node %s is new enough: %s", (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
