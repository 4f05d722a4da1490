/**
 * Where secrets must not be: in the files, in what is printed, in command lines, and, when
 * they have left, in the memory of the process that speaks with the network.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateRandomCommand,
  type KMSClient,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { memoryOf, processFile } from "../process-memory.ts";
import {
  type Credentials,
  keyhaven as runCommand,
  type KeyhavenProcess,
  recordsIn,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const encryptions = 256;
const refusedCalls = 16;
const dataKeys = 64;
const dataKeyPairs = 32;
const randoms = 64;
const burst = 128;
const atATime = 32;
const accounts = 6;
const furtherRequests = 500;

/**
 * Bodies of requests that are refused before they are read are freed as they came, and
 * stay until their memory is used again (measured: up to 3 of 16).
 */
const lingeringUnread = refusedCalls;

/** Secrets by the name they have in a failure. */
type Secrets = Readonly<Record<string, Buffer>>;

const scratch = temporaryDirectory();
const dataDirectory = path.join(scratch, "data");
const canaries: Record<string, Buffer> = {};
/** Plaintexts in requests whose signature is wrong. */
const unread: Record<string, Buffer> = {};
const generated: Record<string, Buffer> = {};
const ofBurst: Record<string, Buffer> = {};
const accessKeySecrets: Record<string, Buffer> = {};
const encryptionContexts: string[] = [];
let keyhaven: KeyhavenProcess;
let client: KMSClient;
let KeyId: string;
let disabledKeyId: string;
let rootKey: Secrets;

beforeAll(async () => {
  const levels = ["--log-level", "debug"];
  keyhaven = await startKeyhavenProcess({ dataDirectory, arguments: levels });
  client = keyhaven.client({ maxAttempts: 1 });
  rootKey = { "root key": readFileSync(path.join(dataDirectory, "vault/root.key")) };
  KeyId = await newKey();
  disabledKeyId = await newKey();
  await client.send(new DisableKeyCommand({ KeyId: disabledKeyId }));
  await repeat(encryptions, encryptAndDecrypt);
  await repeat(refusedCalls, sendToNoAvail);
  await repeat(dataKeys, generateDataKey);
  await repeat(dataKeyPairs, generateDataKeyPair);
  await repeat(randoms, generateRandom);
  await inParallel(burst, generateDataKeyInBurst);
  accessKeySecrets["bootstrap account"] = Buffer.from(keyhaven.credentials.secretAccessKey);
  await repeat(accounts, createAccount);
});

afterAll(async () => {
  client?.destroy();
  await keyhaven?.stop();
  removeDirectory(scratch);
});

describe("in the data directory", () => {
  test("no file holds a plaintext, a data key or random bytes, in any encoding", () => {
    expect(files()).toEqual(
      expect.arrayContaining([
        "keyhaven.db",
        "keyhaven.db-wal",
        "keyhaven.db-shm",
        expect.stringMatching(/^journal\/./),
      ]),
    );
    expect(Object.keys(canaries).length + Object.keys(generated).length).toBeGreaterThan(400);
    expect(findInFiles({ ...canaries, ...unread, ...generated, ...ofBurst })).toEqual([]);
  });

  test("the secret access keys of accounts are only where the first account's was handed out", () => {
    expect(findInFiles(accessKeySecrets)).toEqual([
      "bootstrap account in bootstrap-credentials.json",
    ]);
  });

  test("the key file is nowhere but in its place", () => {
    expect(findInFiles(rootKey)).toEqual(["root key in vault/root.key"]);
  });

  test("the journal holds the encryption context of every call", () => {
    const records = recordsIn<JournalRecord>(dataDirectory);
    const uses = records.flatMap(({ eventName, requestParameters }) => {
      const context = requestParameters?.encryptionContext?.["purpose"];
      return context === undefined ? [] : [`${eventName} ${context}`];
    });
    const called = encryptionContexts.flatMap((context) => [
      `Encrypt ${context}`,
      `Decrypt ${context}`,
    ]);
    expect(uses).toEqual(expect.arrayContaining(called));
  });
});

describe("in what the server prints", () => {
  test("at its most talkative there is no secret, in any encoding, but the first one it is told to show", () => {
    const greeting = `export AWS_SECRET_ACCESS_KEY=${keyhaven.credentials.secretAccessKey}\n`;
    const [before = "", after = "", ...more] = keyhaven.output().split(greeting);
    expect(before).toContain("keyhaven ready");
    expect(more).toEqual([]);
    const secrets = {
      ...canaries,
      ...unread,
      ...generated,
      ...ofBurst,
      ...accessKeySecrets,
      ...rootKey,
    };
    expect(new Searcher(secrets).search(Buffer.from(before + after))).toEqual(new Set());
  });
});

describe.skipIf(process.platform !== "linux")("in the processes", () => {
  test("the vault has nothing in its environment but how memory is freed", (context) => {
    const environment = processFile(keyhaven.pids().vault, "environ", context).toString();
    // Before 2.37 the C library takes its list apart where it stands: a NUL in a colon's place.
    expect(environment.replaceAll("\0", ":")).toBe(
      "GLIBC_TUNABLES=glibc.malloc.perturb=165:glibc.malloc.tcache_count=0:",
    );
  });

  test("no command line and no environment holds a secret", (context) => {
    const { api, vault } = keyhaven.pids();
    const searcher = new Searcher({
      ...canaries,
      ...generated,
      ...ofBurst,
      ...accessKeySecrets,
      ...rootKey,
    });
    for (const pid of [api, vault, keyhaven.child.pid ?? 0]) {
      const commandLine = processFile(pid, "cmdline", context);
      expect(commandLine.length).toBeGreaterThan(0);
      expect(searcher.search(commandLine)).toEqual(new Set());
      expect(searcher.search(processFile(pid, "environ", context))).toEqual(new Set());
    }
  });

  test("no secret lingers in the memory of those that are not the vault", async (context) => {
    await inParallel(furtherRequests, useAnotherKey);
    // What is wiped or collected late has had its time; nothing announces that it is done.
    await elapse(2_000);
    const { api } = keyhaven.pids();
    const launcher = keyhaven.child.pid ?? 0;
    const ofCalls = { ...canaries, ...generated };
    const known = { "key id": Buffer.from(KeyId) };
    const secrets = { ...rootKey, ...accessKeySecrets, ...ofCalls, ...unread, ...ofBurst };
    expect(searchMemory(launcher, secrets, context)).toEqual(new Set());
    const found = searchMemory(api, { ...secrets, ...known }, context);
    expect(found).toContain("key id");
    const foundOf = (some: Secrets) => Object.keys(some).filter((name) => found.has(name));
    expect(foundOf({ ...rootKey, ...accessKeySecrets, ...ofCalls, ...ofBurst })).toEqual([]);
    expect(foundOf(unread).slice(lingeringUnread)).toEqual([]);
  });
});

describe("after the end of the server", () => {
  test("its files and its last words hold no secret either", async () => {
    expect(await keyhaven.stop()).toBe(0);
    const secrets = { ...canaries, ...unread, ...generated, ...ofBurst };
    expect(findInFiles(secrets)).toEqual([]);
    expect(new Searcher(secrets).search(Buffer.from(keyhaven.output()))).toEqual(new Set());
  });
});

interface JournalRecord {
  readonly eventName: string;
  readonly requestParameters: {
    readonly encryptionContext?: Readonly<Record<string, string>>;
  } | null;
}

async function newKey(): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? "";
}

async function encryptAndDecrypt(number: number): Promise<void> {
  const Plaintext = randomBytes(32);
  canaries[`plaintext ${number}`] = Plaintext;
  const EncryptionContext = { purpose: `context ${randomUUID()}` };
  encryptionContexts.push(EncryptionContext.purpose);
  const { CiphertextBlob } = await client.send(
    new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
  );
  const decrypted = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  expect(Buffer.from(decrypted.Plaintext ?? [])).toEqual(Plaintext);
}

/** Plaintexts that come with calls that are refused. */
async function sendToNoAvail(number: number): Promise<void> {
  const send = async (sender: KMSClient, keyId: string, refusal: string): Promise<void> => {
    const Plaintext = randomBytes(32);
    const place = sender === client ? canaries : unread;
    place[`plaintext ${number} for ${keyId}, ${refusal}`] = Plaintext;
    const attempt = sender.send(new EncryptCommand({ KeyId: keyId, Plaintext }));
    await expect(attempt).rejects.toMatchObject({ name: refusal });
  };
  const { accessKeyId } = keyhaven.credentials;
  const stranger = keyhaven.client({
    credentials: { accessKeyId, secretAccessKey: "wrong" },
    maxAttempts: 1,
  });
  await send(client, disabledKeyId, "DisabledException");
  await send(client, randomUUID(), "NotFoundException");
  await send(client, "no such form!", "NotFoundException");
  await send(stranger, KeyId, "InvalidSignatureException");
  stranger.destroy();
}

async function generateDataKey(number: number): Promise<void> {
  generated[`data key ${number}`] = await newDataKey();
}

/** Of a spec whose private half is nothing but a secret: the seed of FIPS 203. */
async function generateDataKeyPair(number: number): Promise<void> {
  const { PrivateKeyPlaintext } = await client.send(
    new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: "ML_KEM_512" }),
  );
  generated[`data key pair ${number}`] = Buffer.from(PrivateKeyPlaintext ?? []);
}

async function generateDataKeyInBurst(number: number): Promise<void> {
  ofBurst[`data key ${number} of the burst`] = await newDataKey();
}

async function newDataKey(): Promise<Buffer> {
  const { Plaintext } = await client.send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes: 32 }));
  return Buffer.from(Plaintext ?? []);
}

async function generateRandom(number: number): Promise<void> {
  const { Plaintext } = await client.send(new GenerateRandomCommand({ NumberOfBytes: 32 }));
  generated[`random bytes ${number}`] = Buffer.from(Plaintext ?? []);
}

/** An account whose credentials have been used. */
async function createAccount(number: number): Promise<void> {
  const name = `account ${number}`;
  const create = ["account", "create", "--name", name, "--data-dir", dataDirectory, "--json"];
  const { output } = await runCommand(...create);
  const credentials = JSON.parse(output) as Credentials;
  accessKeySecrets[name] = Buffer.from(credentials.secretAccessKey);
  const owner = keyhaven.client({ credentials });
  await owner.send(new ListKeysCommand({}));
  owner.destroy();
}

async function useAnotherKey(): Promise<void> {
  const { CiphertextBlob } = await client.send(
    new EncryptCommand({ KeyId, Plaintext: randomBytes(32) }),
  );
  await client.send(new DecryptCommand({ CiphertextBlob }));
  await client.send(new DescribeKeyCommand({ KeyId }));
}

async function repeat(times: number, work: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < times; number += 1) await work(number);
}

async function inParallel(times: number, work: (number: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: times }, (_, number) => number).values();
  const worker = async (): Promise<void> => {
    for (const number of numbers) await work(number);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

/** Paths in the data directory, of regular files. */
function files(): string[] {
  return readdirSync(dataDirectory, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(path.join(dataDirectory, file)).isFile())
    .toSorted();
}

/** "secret in file", for each. */
function findInFiles(secrets: Secrets): string[] {
  const searcher = new Searcher(secrets);
  return files().flatMap((file) => {
    const found = searcher.search(readFileSync(path.join(dataDirectory, file)));
    return [...found].map((name) => `${name} in ${file}`);
  });
}

/** Names of the secrets in all that a process can write to, or has written to. */
function searchMemory(pid: number, secrets: Secrets, context: TestContext): Set<string> {
  const searcher = new Searcher(secrets);
  const found = new Set<string>();
  for (const bytes of memoryOf(pid, context)) {
    for (const name of searcher.search(bytes)) found.add(name);
  }
  return found;
}

interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Finds any of many secrets in one pass. Looked for are both halves of each encoded form:
 * an allocator writes into the beginning of what is freed.
 */
class Searcher {
  readonly #needles = new Map<number, Needle[]>();
  readonly #beginnings = new Uint8Array(1 << 24);

  constructor(secrets: Secrets) {
    for (const [name, secret] of Object.entries(secrets)) {
      for (const form of formsOf(secret)) {
        const middle = Math.floor(form.length / 2);
        this.#add({ name, bytes: form.subarray(0, middle) });
        this.#add({ name, bytes: form.subarray(middle) });
      }
    }
  }

  /** The names of those that are there. */
  search(haystack: Buffer): Set<string> {
    const found = new Set<string>();
    const beginnings = this.#beginnings;
    let beginning = 0;
    for (let at = 0; at < haystack.length; at += 1) {
      beginning = ((beginning << 8) | (haystack[at] ?? 0)) & 0xff_ff_ff;
      const start = at - 2;
      if (beginnings[beginning] === 0 || start < 0) continue;
      for (const { name, bytes } of this.#needles.get(beginning) ?? []) {
        if (haystack.subarray(start, start + bytes.length).equals(bytes)) found.add(name);
      }
    }
    return found;
  }

  #add(needle: Needle): void {
    const beginning = needle.bytes.readUIntBE(0, 3);
    this.#beginnings[beginning] = 1;
    const others = this.#needles.get(beginning);
    if (others === undefined) this.#needles.set(beginning, [needle]);
    else others.push(needle);
  }
}

/** The bytes themselves, and every text they are commonly written as, one or two bytes a character. */
function formsOf(secret: Buffer): Buffer[] {
  const base64 = secret.toString("base64").replaceAll("=", "");
  const hex = secret.toString("hex");
  const texts = [base64, secret.toString("base64url"), hex, hex.toUpperCase()];
  const wide = [...texts, secret.toString("latin1")].map((text) => Buffer.from(text, "utf16le"));
  return [secret, ...texts.map((text) => Buffer.from(text)), ...wide];
}
