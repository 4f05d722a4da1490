import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type IamBench, openIamBench, signatureUnder, signedText } from "../../test/iam-bench.ts";
import { signingKey } from "../../test/signing-key.ts";
import type { AccessKeys, SigningCredential } from "../service/access-keys.ts";
import { accessKeyDirectory } from "./access-key-directory.ts";
import { devAccessKeys } from "./dev-access-keys.ts";

let bench: IamBench;
let accessKeys: AccessKeys;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  accessKeys = devAccessKeys({
    ...bench,
    accessKeys: accessKeyDirectory(bench),
    firstAccountId: "111122223333",
    clock: () => 1,
  });
});
afterAll(async () => {
  await bench.close();
});

async function find(accessKeyId: string): Promise<SigningCredential | undefined> {
  const scope = { accessKeyId, date: "20260301", region: "us-east-1", service: "kms" };
  return await accessKeys.findSigningCredential(scope);
}

test.each([
  ["test", "111122223333"],
  ["444455556666", "444455556666"],
  ["111122223333", "111122223333"],
])("%s with the secret test speaks for account %s", async (accessKeyId, accountId) => {
  const credential = await find(accessKeyId);
  expect(credential?.caller).toMatchObject({ type: "Root", accountId, accessKeyId });
  expect(credential?.signingKey.sign(signedText)).toBe(
    signatureUnder(signingKey("test", ["20260301", "us-east-1", "kms"])),
  );
  expect(await bench.store.findAccount(accountId)).toMatchObject({ accountId });
});

test("first uses at the same time agree on one account and one access key", async () => {
  const credentials = await Promise.all(["test", "test", "111122223333", "test"].map(find));
  expect(credentials).not.toContain(undefined);
  expect(await bench.store.listAccounts({ after: undefined, limit: 9 })).toHaveLength(1);
  const page = { after: undefined, limit: 9 };
  expect(await bench.store.listAccessKeys("111122223333", page)).toHaveLength(2);
});

test.each(["tes", "11112222333", "1111222233334", "AKIAQQQQQQQQQQQQQQQQ", ""])(
  "'%s' makes nothing",
  async (accessKeyId) => {
    expect(await find(accessKeyId)).toBeUndefined();
    expect(await bench.store.listAccounts({ after: undefined, limit: 9 })).toEqual([]);
  },
);

test("a development access key that was deactivated stays so", async () => {
  await find("test");
  const record = await bench.store.findAccessKey("test");
  if (record === undefined) throw new Error("it was just made");
  const inactive = { ...record, status: "Inactive", rowVersion: 2 } as const;
  await bench.store.commit([{ kind: "update", table: "accessKeys", record: inactive }]);
  expect(await find("test")).toBeUndefined();
});
