import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type IamBench, openIamBench, signatureUnder, signedText } from "../../test/iam-bench.ts";
import { signingKey } from "../../test/signing-key.ts";
import { accessKeyDirectory } from "./access-key-directory.ts";
import { type Bootstrap, bootstrap } from "./bootstrap.ts";

let bench: IamBench;
let parts: Bootstrap;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  parts = {
    ...bench,
    accountId: "111122223333",
    region: "eu-west-1",
    path: path.join(bench.directory, "bootstrap-credentials.json"),
    clock: () => Date.UTC(2026, 2, 1),
  };
});
afterAll(async () => {
  await bench.close();
});

interface File {
  accountId: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

async function readCredentials(): Promise<File> {
  return JSON.parse(await readFile(parts.path, "utf8")) as File;
}

async function expectWorking({ accessKeyId, secretAccessKey }: File): Promise<void> {
  const scope = { accessKeyId, date: "20260301", region: "us-east-1", service: "kms" };
  const credential = await accessKeyDirectory(bench).findSigningCredential(scope);
  const expected = signingKey(secretAccessKey, ["20260301", "us-east-1", "kms"]);
  expect(credential?.signingKey.sign(signedText)).toBe(signatureUnder(expected));
}

test("a first start writes credentials that work, for their owner only", async () => {
  expect(await bootstrap(parts)).toEqual({ created: true });
  const credentials = await readCredentials();
  expect(credentials).toEqual({
    accountId: "111122223333",
    accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/) as string,
    secretAccessKey: expect.stringMatching(/^[A-Za-z0-9/+]{40}$/) as string,
    region: "eu-west-1",
  });
  expect((await stat(parts.path)).mode & 0o777).toBe(0o600);
  await expectWorking(credentials);
});

test("a first start is on record, without the secret, and its record is settled", async () => {
  await bootstrap(parts);
  const { accessKeyId, secretAccessKey } = await readCredentials();
  expect(await bench.records()).toMatchObject([
    {
      eventSource: "admin.keyhaven",
      eventName: "CreateFirstAccount",
      eventType: "AwsServiceEvent",
      recipientAccountId: "111122223333",
      serviceEventDetails: { accountId: "111122223333", accessKeyId },
    },
  ]);
  expect(await bench.journalText()).not.toContain(secretAccessKey);
  await expect.poll(() => bench.store.listOutbox(), { timeout: 5_000 }).toEqual([]);
});

test("a later start changes nothing, whatever account is configured by then", async () => {
  await bootstrap(parts);
  const before = await readFile(parts.path);
  expect(await bootstrap(parts)).toEqual({ created: false });
  expect(await bootstrap({ ...parts, accountId: "444455556666" })).toEqual({ created: false });
  expect(await readFile(parts.path)).toEqual(before);
});

test("a start after a crash between the file and the store begins again", async () => {
  const store = { ...bench.store, commit: () => Promise.reject(new Error("crash")) };
  const crashing = { ...parts, store };
  await expect(bootstrap(crashing)).rejects.toThrow("crash");
  const useless = await readCredentials();
  expect(await bootstrap(parts)).toEqual({ created: true });
  const credentials = await readCredentials();
  expect(credentials.accessKeyId).not.toBe(useless.accessKeyId);
  await expectWorking(credentials);
});

test("no account is stored before its credentials are on disk", async () => {
  const nowhere = { ...parts, path: path.join(bench.directory, "missing", "file.json") };
  await expect(bootstrap(nowhere)).rejects.toThrow("ENOENT");
  expect(await bench.store.listAccounts({ after: undefined, limit: 1 })).toEqual([]);
});

test("a half-written file that others may read is replaced", async () => {
  await writeFile(`${parts.path}.tmp`, "half", { mode: 0o666 });
  await bootstrap(parts);
  expect((await stat(parts.path)).mode & 0o777).toBe(0o600);
  await expectWorking(await readCredentials());
});

test("the secret is wiped once it is in the file, and also when it cannot be written", async () => {
  const made: Uint8Array[] = [];
  const create: typeof parts.secretAccessKeys.create = async (facts) => {
    const created = await bench.secretAccessKeys.create(facts);
    made.push(created.secretAccessKey);
    return created;
  };
  const watched = { ...parts, secretAccessKeys: { ...parts.secretAccessKeys, create } };
  await bootstrap({ ...watched, path: path.join(bench.directory, "missing", "file") }).catch(
    () => undefined,
  );
  await bootstrap(watched);
  expect(made).toEqual([Buffer.alloc(40), Buffer.alloc(40)]);
});

test("a secret that JSON would have to escape is a defect, not a broken file", async () => {
  const secretAccessKeys: Bootstrap["secretAccessKeys"] = {
    ...bench.secretAccessKeys,
    create: (facts) => bench.secretAccessKeys.create(facts, Buffer.from('quo"te')),
  };
  const broken = { ...parts, secretAccessKeys };
  await expect(bootstrap(broken)).rejects.toThrow("plain characters");
});
