import { randomBytes, randomInt } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import {
  aKey,
  aKeyMaterial,
  openTestStore,
  runModule,
  temporaryDirectory,
} from "../../../test/store-bench.ts";
import { openDatabase } from "./database.ts";

const windowBytes = 8;

/** How many of the blobs have sixteen of their bytes, in order, in any file of the directory. */
function countFound(directory: string, blobs: readonly Uint8Array[]): number {
  // Of sixteen bytes in order, eight are one of these windows, whatever the first is.
  const windows = new Map<number, { readonly window: Buffer; readonly blob: Uint8Array }>();
  for (const blob of blobs) {
    for (let at = 0; at + windowBytes <= blob.length; at += windowBytes) {
      const window = Buffer.from(blob.subarray(at, at + windowBytes));
      windows.set(window.readUInt32LE(), { window, blob });
    }
  }
  const found = new Set<Uint8Array>();
  for (const name of fs.readdirSync(directory)) {
    const bytes = fs.readFileSync(path.join(directory, name));
    for (let at = 0; at + windowBytes <= bytes.length; at += 1) {
      const known = windows.get(bytes.readUInt32LE(at));
      if (known?.window.equals(bytes.subarray(at, at + windowBytes)) === true) {
        found.add(known.blob);
      }
    }
  }
  return found.size;
}

function aKeyWithMaterial() {
  const keyId = randomBytes(16).toString("hex");
  const reference = randomBytes(16).toString("hex");
  const wrapped = randomBytes(randomInt(200, 1_000));
  return { key: aKey({ keyId }), material: aKeyMaterial({ keyId, reference, wrapped }) };
}

test(
  "no part of the wrapped material of deleted keys is in any file",
  { timeout: 30_000 },
  async () => {
    const directory = temporaryDirectory();
    const store = await openTestStore(directory);
    // So many, that SQLite moves rows between pages and forgets about some dozen copies.
    const made = Array.from({ length: 3_000 }, aKeyWithMaterial);
    const deleted = made.filter(() => randomInt(2) === 0);
    await store.commit(
      made.flatMap(({ key, material }) => [
        { kind: "insert", table: "keys", record: key } as const,
        { kind: "insert", table: "keyMaterials", record: material } as const,
      ]),
    );
    await store.commit(
      deleted.map(({ key }) => ({ kind: "delete", table: "keys", record: key }) as const),
    );
    const deletedBlobs = deleted.map(({ material }) => material.wrapped);
    expect(countFound(directory, deletedBlobs)).toBeGreaterThan(0);
    await store.eraseDeleted();
    expect(countFound(directory, deletedBlobs)).toBe(0);

    const kept = made.filter((one) => !deleted.includes(one)).map(({ material }) => material);
    for (const material of kept) {
      const found = await store.findKeyMaterial(material, material.reference);
      expect(found?.wrapped).toEqual(new Uint8Array(material.wrapped));
    }
  },
);

test("waits for a reader that holds the log", async () => {
  const directory = temporaryDirectory();
  const store = await openTestStore(directory);
  const { key, material } = aKeyWithMaterial();
  await store.commit([
    { kind: "insert", table: "keys", record: key },
    { kind: "insert", table: "keyMaterials", record: material },
  ]);
  const reader = openDatabase(path.join(directory, "keyhaven.db"), "read");
  reader.exec("BEGIN; SELECT count(*) FROM keys");
  await store.commit([{ kind: "delete", table: "keys", record: key }]);
  setTimeout(() => reader.close(), 200);
  await store.eraseDeleted();
  expect(reader.isOpen).toBe(false);
  expect(countFound(directory, [material.wrapped])).toBe(0);
});

test("finishes at the next start what was not done before", async () => {
  const directory = temporaryDirectory();
  const { key, material } = aKeyWithMaterial();
  const first = await openTestStore(directory);
  await first.commit([
    { kind: "insert", table: "keys", record: key },
    { kind: "insert", table: "keyMaterials", record: material },
  ]);
  await first.commit([{ kind: "delete", table: "keys", record: key }]);
  await first.close();
  const second = await openTestStore(directory);
  const dueIn = (): unknown => {
    const reader = openDatabase(path.join(directory, "keyhaven.db"), "read");
    const due = reader.prepare("SELECT erasure_due AS due FROM meta").get()?.["due"];
    reader.close();
    return due;
  };
  await expect.poll(dueIn).toBe(0);
  await second.close();
  expect(countFound(directory, [material.wrapped])).toBe(0);
});

/** Erases in a process whose temporary files are to lie in the directory; says which it saw there. */
const eraser = (directory: string): string => `
  import fs from "node:fs";
  import { aKey, aKeyMaterial } from "src/../test/store-bench.ts";
  import { openSqliteStore } from "src/store/sqlite/sqlite-store.ts";
  const directory = ${JSON.stringify(directory)};
  process.env.SQLITE_TMPDIR = directory;
  const store = await openSqliteStore({ directory, mode: "serve" });
  const key = aKey();
  const wrapped = Buffer.alloc(20_000_000);
  const material = (generation) =>
    aKeyMaterial({ wrapped, generation, reference: String(generation) });
  await store.commit([{ kind: "insert", table: "keys", record: key }]);
  for (const generation of [0, 1, 2]) {
    const record = material(generation);
    await store.commit([{ kind: "insert", table: "keyMaterials", record }]);
  }
  await store.commit([{ kind: "delete", table: "keyMaterials", record: material(0) }]);
  const seen = new Set();
  const look = setInterval(() => {
    for (const name of fs.readdirSync("/proc/self/fd")) {
      try {
        const file = fs.readlinkSync("/proc/self/fd/" + name);
        if (file.includes("etilqs")) seen.add(file);
      } catch {}
    }
  }, 1);
  await store.eraseDeleted();
  clearInterval(look);
  await store.close();
  console.log(JSON.stringify({ seen: [...seen], left: fs.readdirSync(directory) }));
`;

test.skipIf(process.platform !== "linux")(
  "writes the database anew by way of a file beside it that has no name, not in memory",
  { timeout: 60_000 },
  async () => {
    const directory = temporaryDirectory();
    const { lines } = runModule(eraser(directory));
    for await (const line of lines) {
      const { seen, left } = JSON.parse(line) as Record<"seen" | "left", string[]>;
      expect(seen).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
      expect(path.dirname(seen[0] ?? "")).toBe(directory);
      expect(left).toEqual(["keyhaven.db"]);
    }
    expect.assertions(3);
  },
);
