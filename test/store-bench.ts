/** A real store in a directory of its own, and records to put into it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type {
  AccountRecord,
  AliasRecord,
  GrantRecord,
  KeyMaterialRecord,
  KeyName,
  KeyRecord,
} from "../src/store/records.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Page, Store } from "../src/store/store.ts";

const sourceRoot = new URL("../src/", import.meta.url);

export const keyName: KeyName = {
  accountId: "111122223333",
  region: "eu-central-1",
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
};

export const firstPage: Page = { after: undefined, limit: 100 };

/** Gone when the test is over. */
export function temporaryDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "keyhaven-store-"));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Closed when the test is over. */
export async function openTestStore(directory = temporaryDirectory()): Promise<Store> {
  const store = await openSqliteStore({ directory, mode: "serve" });
  onTestFinished(async () => await store.close());
  return store;
}

export function anAccount(change: Partial<AccountRecord> = {}): AccountRecord {
  return { accountId: "111122223333", name: "first", createdAtMs: 1, rowVersion: 1, ...change };
}

export function aKey(change: Partial<KeyRecord> = {}): KeyRecord {
  return {
    ...keyName,
    keySpec: "SYMMETRIC_DEFAULT",
    keyUsage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    keyManager: "CUSTOMER",
    multiRegion: false,
    keyState: "Enabled",
    description: "",
    policy: "{}",
    tags: [{ TagKey: "team", TagValue: "blue" }],
    createdAtMs: 1_700_000_000_000,
    deletionAtMs: null,
    pendingWindowDays: null,
    primaryRegion: null,
    currentMaterial: "0".repeat(32),
    rotationPeriodDays: null,
    nextRotationAtMs: null,
    onDemandRotations: 0,
    materialValidToMs: null,
    customKeyStoreId: null,
    xksKeyId: null,
    rowVersion: 1,
    ...change,
  };
}

type PresentMaterial = KeyMaterialRecord & { readonly wrapped: Uint8Array };

export function aKeyMaterial(change: Partial<PresentMaterial> = {}): PresentMaterial {
  return {
    ...keyName,
    reference: "0".repeat(32),
    keyMaterialId: "0".repeat(64),
    wrapped: Uint8Array.of(1, 2, 3),
    createdAtMs: 1_700_000_000_000,
    publicKey: null,
    generation: 0,
    rotationType: null,
    rotatedAtMs: null,
    description: null,
    validToMs: null,
    rowVersion: 1,
    ...change,
  };
}

export function anAlias(change: Partial<AliasRecord> = {}): AliasRecord {
  return {
    accountId: keyName.accountId,
    region: keyName.region,
    aliasName: "alias/first",
    targetKeyId: keyName.keyId,
    createdAtMs: 1,
    updatedAtMs: 1,
    rowVersion: 1,
    ...change,
  };
}

export function aGrant(change: Partial<GrantRecord> = {}): GrantRecord {
  return {
    ...keyName,
    grantId: "0".repeat(64),
    grantee: "arn:aws:iam::444455556666:root",
    retiring: null,
    issuer: keyName.accountId,
    name: "",
    operations: ["Encrypt"],
    constraints: {},
    contextKey: "",
    requestHash: null,
    createdAtMs: 1,
    ...change,
  };
}

/**
 * Runs a module in a process of its own and gives what it prints, line by line. Imports
 * from "src/…" are from this project. The process is killed when the test is over.
 */
export function runModule(source: string): {
  readonly child: ChildProcess;
  readonly lines: AsyncIterable<string>;
  readonly exited: Promise<unknown>;
} {
  const resolved = source.replaceAll(/from "src\//g, `from "${sourceRoot.href}`);
  const child = spawn(process.execPath, ["--input-type=module", "--eval", resolved], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, lines: linesOf(child.stdout), exited: once(child, "exit") };
}

async function* linesOf(stream: AsyncIterable<unknown>): AsyncIterable<string> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
