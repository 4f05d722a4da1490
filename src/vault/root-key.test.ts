import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { CannotOpen } from "./cannot-open.ts";
import { openRootKey } from "./root-key.ts";

const parent = mkdtempSync(path.join(tmpdir(), "keyhaven-root-key-"));
afterAll(() => rmSync(parent, { recursive: true }));

let count = 0;
let directory = "";
let keyFile = "";
let sealFile = "";

beforeEach(() => {
  directory = path.join(parent, String(count++));
  keyFile = path.join(directory, "root.key");
  sealFile = path.join(directory, "seal.json");
});

const initialize = async () => await openRootKey({ directory, initialize: true });
const open = async () => await openRootKey({ directory, initialize: false });

/** The root key, told by what it computes: it cannot be seen itself. */
async function fingerprint(opening: ReturnType<typeof open>): Promise<string> {
  const { key, instanceId, rootKeyId } = await opening;
  return `${instanceId} ${rootKeyId} ${key.mac(Buffer.of(1)).toString("hex")}`;
}

interface Seal {
  slots: Record<string, unknown>[];
}

function isSeal(value: unknown): value is Seal {
  return typeof value === "object" && value !== null && "slots" in value;
}

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

function changeSeal(change: (members: Seal) => void): void {
  const members: unknown = JSON.parse(readFileSync(sealFile, "utf8"));
  if (!isSeal(members)) throw new Error("no seal record");
  change(members);
  writeFileSync(sealFile, JSON.stringify(members));
}

describe("a new vault directory", () => {
  test("gets a key file and a seal record that only its owner may touch", async () => {
    await initialize();
    expect([directory, keyFile, sealFile].map(modeOf)).toEqual(["700", "400", "600"]);
    expect(readdirSync(directory)).toEqual(["root.key", "seal.json"]);
    expect(readFileSync(keyFile).length).toBe(32);
  });

  test("opens to the same root key ever after, initialized again or not", async () => {
    const first = await fingerprint(initialize());
    expect(await fingerprint(open())).toBe(first);
    expect(await fingerprint(initialize())).toBe(first);
  });

  test("differs from every other", async () => {
    const first = await fingerprint(initialize());
    rmSync(directory, { recursive: true });
    expect(await fingerprint(initialize())).not.toBe(first);
  });

  test("is finished after a crash between key file and seal record", async () => {
    await initialize();
    rmSync(sealFile);
    const key = readFileSync(keyFile);
    const first = await fingerprint(initialize());
    expect(readFileSync(keyFile)).toEqual(key);
    expect(await fingerprint(open())).toBe(first);
  });

  test("is cleared of files that a crash left unfinished", async () => {
    mkdirSync(directory, { mode: 0o700 });
    const unfinished = path.join(directory, ".root.key.0123456789abcdef.unfinished");
    writeFileSync(unfinished, "half a k");
    await initialize();
    expect(existsSync(unfinished)).toBe(false);
  });
});

describe("a vault directory that is not as it must be", () => {
  test("is not made without being asked for", async () => {
    await expect(open()).rejects.toThrow(CannotOpen);
    expect(existsSync(directory)).toBe(false);
    mkdirSync(directory, { mode: 0o700 });
    await expect(open()).rejects.toThrow(`${sealFile} is missing: restore it from a backup`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("is refused when the key file is missing, even when initializing", async () => {
    await initialize();
    rmSync(keyFile);
    const line = `${keyFile} is missing: restore it from a backup`;
    await expect(open()).rejects.toThrow(line);
    await expect(initialize()).rejects.toThrow(line);
    expect(existsSync(keyFile)).toBe(false);
  });

  test("is refused when the seal record is missing", async () => {
    await initialize();
    rmSync(sealFile);
    await expect(open()).rejects.toThrow(`${sealFile} is missing: restore it from a backup`);
  });

  test("is refused when the key file is of another installation", async () => {
    await initialize();
    const foreign = path.join(parent, "foreign");
    await openRootKey({ directory: foreign, initialize: true });
    rmSync(keyFile);
    copyFileSync(path.join(foreign, "root.key"), keyFile);
    await expect(open()).rejects.toThrow(`${keyFile} does not open ${sealFile}`);
    await expect(initialize()).rejects.toThrow("do not belong together");
  });

  test.each(["root.key", "seal.json", "."])("is refused when others may read %s", async (name) => {
    await initialize();
    const file = path.join(directory, name);
    for (const bit of [0o040, 0o020, 0o004, 0o002, 0o001]) {
      chmodSync(file, 0o700 | bit);
      await expect(open()).rejects.toThrow("is open to other users");
    }
    chmodSync(file, 0o700);
    await expect(open()).resolves.toBeDefined();
  });

  test.skipIf(process.getuid?.() !== 0)("is refused when a file is another user's", async () => {
    await initialize();
    for (const file of [keyFile, sealFile, directory]) {
      chownSync(file, 12_345, 12_345);
      await expect(open()).rejects.toThrow("belongs to another user");
      chownSync(file, 0, 0);
    }
  });

  test("is refused when the key file is a link, a directory, too short or too long", async () => {
    await initialize();
    const elsewhere = path.join(directory, "elsewhere");
    renameSync(keyFile, elsewhere);
    symlinkSync(elsewhere, keyFile);
    await expect(open()).rejects.toThrow(`cannot read ${keyFile}: ELOOP`);
    rmSync(keyFile);
    mkdirSync(keyFile, { mode: 0o700 });
    await expect(open()).rejects.toThrow("is not a regular file");
    rmSync(keyFile, { recursive: true });
    writeFileSync(keyFile, Buffer.alloc(31), { mode: 0o400 });
    await expect(open()).rejects.toThrow("is too short");
    rmSync(keyFile);
    writeFileSync(keyFile, Buffer.alloc(1_025), { mode: 0o400 });
    await expect(open()).rejects.toThrow("is too large");
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list", "[]"],
  ])("is refused when the seal record is %s", async (_what, text) => {
    await initialize();
    writeFileSync(sealFile, text);
    await expect(open()).rejects.toThrow(`${sealFile} is damaged: restore it from a backup`);
  });

  test("is refused when the seal record is of another version", async () => {
    await initialize();
    changeSeal((members) => Object.assign(members, { version: 2 }));
    await expect(open()).rejects.toThrow("is not a seal record of version 1");
  });

  test("is refused when any member of the seal record was changed", async () => {
    await initialize();
    const whole = readFileSync(sealFile, "utf8");
    const digits = [...whole.matchAll(/(?<=[0-9a-f])[0-9a-f](?=[0-9a-f])/g)];
    expect(digits.length).toBeGreaterThan(300);
    for (const { index } of digits.filter((_, place) => place % 5 === 0)) {
      const digit = whole[index] === "1" ? "2" : "1";
      writeFileSync(sealFile, whole.slice(0, index) + digit + whole.slice(index + 1));
      await expect(open()).rejects.toThrow(CannotOpen);
    }
  });

  test("opens by any slot, and passes over those of providers it does not know", async () => {
    const first = await fingerprint(initialize());
    changeSeal((members) => {
      const [slot = {}] = members.slots;
      const foreign = { ...slot, salt: "00".repeat(32) };
      members.slots = [{ provider: "passphrase", anything: 1 }, foreign, slot];
    });
    expect(await fingerprint(open())).toBe(first);
  });

  test("is refused when the seal record has more slots than it may", async () => {
    await initialize();
    changeSeal((members) => {
      members.slots = Array.from({ length: 17 }, () => ({ provider: "passphrase" }));
    });
    await expect(open()).rejects.toThrow("is damaged");
  });
});
