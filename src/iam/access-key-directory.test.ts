import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type IamBench, openIamBench, signatureUnder, signedText } from "../../test/iam-bench.ts";
import { signingKey } from "../../test/signing-key.ts";
import type { AccessKeys, SigningScope } from "../service/access-keys.ts";
import type { SigningKeyRequest } from "../service/secret-access-keys.ts";
import type { AccessKeyRecord } from "../store/records.ts";
import { accessKeyDirectory } from "./access-key-directory.ts";
import { newAccessKey } from "./new-access-key.ts";

let bench: IamBench;
let accessKeys: AccessKeys;
let record: AccessKeyRecord;
let secret = "";
let scope: SigningScope;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  accessKeys = accessKeyDirectory(bench);
  const account = { accountId: "111122223333", name: "one", createdAtMs: 1, rowVersion: 1 };
  const key = await newAccessKey(
    { accountId: "111122223333", createdAtMs: 1 },
    bench.secretAccessKeys,
  );
  ({ record } = key);
  secret = Buffer.from(key.secretAccessKey).toString();
  await bench.store.commit([
    { kind: "insert", table: "accounts", record: account },
    { kind: "insert", table: "accessKeys", record },
  ]);
  const { accessKeyId } = record;
  scope = { accessKeyId, date: "20260301", region: "us-east-1", service: "kms" };
});
afterAll(async () => {
  await bench.close();
});

async function setStatus(status: "Active" | "Inactive"): Promise<void> {
  record = { ...record, status, rowVersion: record.rowVersion + 1 };
  await bench.store.commit([{ kind: "update", table: "accessKeys", record }]);
}

test("an active access key speaks for the root of its account", async () => {
  const credential = await accessKeys.findSigningCredential(scope);
  expect(credential?.caller).toEqual({
    type: "Root",
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:root",
    principalId: "111122223333",
    accessKeyId: record.accessKeyId,
  });
  expect(credential?.signingKey.sign(signedText)).toBe(
    signatureUnder(signingKey(secret, ["20260301", "us-east-1", "kms"])),
  );
});

test("the caller's ARN is of the partition of the Region", async () => {
  const credential = await accessKeys.findSigningCredential({ ...scope, region: "cn-north-1" });
  expect(credential?.caller.arn).toBe("arn:aws-cn:iam::111122223333:root");
});

test("an unknown access key has no credential", async () => {
  const unknown = { ...scope, accessKeyId: "AKIAQQQQQQQQQQQQQQQQ" };
  expect(await accessKeys.findSigningCredential(unknown)).toBeUndefined();
  expect(bench.derivations()).toBe(0);
});

test("an access key is unknown once its deactivation is acknowledged, and known again after", async () => {
  const before = await accessKeys.findSigningCredential(scope);
  await setStatus("Inactive");
  expect(await accessKeys.findSigningCredential(scope)).toBeUndefined();
  await setStatus("Active");
  const after = await accessKeys.findSigningCredential(scope);
  expect(after?.signingKey.sign(signedText)).toBe(before?.signingKey.sign(signedText));
});

test("an access key is unknown once its deletion is acknowledged", async () => {
  await accessKeys.findSigningCredential(scope);
  await bench.store.commit([{ kind: "delete", table: "accessKeys", record }]);
  expect(await accessKeys.findSigningCredential(scope)).toBeUndefined();
});

test("what was derived from an older version of the record is not used again", async () => {
  await accessKeys.findSigningCredential(scope);
  const { accountId, accessKeyId } = record;
  const { wrapped } = await bench.secretAccessKeys.create(
    { accountId, accessKeyId },
    Buffer.from("another"),
  );
  record = { ...record, wrappedSecret: wrapped, rowVersion: 2 };
  await bench.store.commit([{ kind: "update", table: "accessKeys", record }]);
  const credential = await accessKeys.findSigningCredential(scope);
  expect(credential?.signingKey.sign(signedText)).toBe(
    signatureUnder(signingKey("another", ["20260301", "us-east-1", "kms"])),
  );
});

test("a scope is derived once, also for those who ask at the same time", async () => {
  const credentials = await Promise.all(
    Array.from({ length: 50 }, async () => await accessKeys.findSigningCredential(scope)),
  );
  expect(new Set(credentials).size).toBe(1);
  await accessKeys.findSigningCredential(scope);
  expect(bench.derivations()).toBe(1);
});

test.each([{ date: "20260302" }, { region: "eu-west-1" }, { service: "sts" }])(
  "another scope has another signing key: %o",
  async (other) => {
    const one = await accessKeys.findSigningCredential(scope);
    const two = await accessKeys.findSigningCredential({ ...scope, ...other });
    expect(two?.signingKey.sign(signedText)).not.toBe(one?.signingKey.sign(signedText));
  },
);

test("a derivation that fails is tried again by the next who asks", async () => {
  let away = true;
  const secretAccessKeys = {
    ...bench.secretAccessKeys,
    deriveSigningKey: (request: SigningKeyRequest) =>
      away ? Promise.reject(new Error("away")) : bench.secretAccessKeys.deriveSigningKey(request),
  };
  const directory = accessKeyDirectory({ partition: "aws", store: bench.store, secretAccessKeys });
  await expect(directory.findSigningCredential(scope)).rejects.toThrow("away");
  away = false;
  expect(await directory.findSigningCredential(scope)).toBeDefined();
});

test("the bytes of a signing key are wiped once the key is made", async () => {
  let bytes: Uint8Array | undefined;
  const secretAccessKeys = {
    ...bench.secretAccessKeys,
    deriveSigningKey: () => Promise.resolve((bytes = Buffer.alloc(32, 7))),
  };
  const directory = accessKeyDirectory({ partition: "aws", store: bench.store, secretAccessKeys });
  const credential = await directory.findSigningCredential(scope);
  expect(bytes).toEqual(Buffer.alloc(32));
  expect(credential?.signingKey.sign(signedText)).toBe(signatureUnder(Buffer.alloc(32, 7)));
});

async function find(region: string): Promise<void> {
  await accessKeys.findSigningCredential({ ...scope, region });
}

test("what is kept is bounded: the least recently used scopes are derived anew", async () => {
  for (let number = 0; number < 4_096; number += 1) await find(`region-${number}`);
  await find("region-0");
  await find("one-more");
  expect(bench.derivations()).toBe(4_097);
  await find("region-0");
  expect(bench.derivations()).toBe(4_097);
  await find("region-1");
  expect(bench.derivations()).toBe(4_098);
});

test("the signing key of a scope that made room is wiped", async () => {
  const first = await accessKeys.findSigningCredential({ ...scope, region: "region-0" });
  for (let number = 1; number < 4_096; number += 1) await find(`region-${number}`);
  expect(first?.signingKey.sign(signedText)).toHaveLength(64);
  await find("one-more");
  await new Promise(setImmediate);
  expect(() => first?.signingKey.sign(signedText)).toThrow("wiped");
});
