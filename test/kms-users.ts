/** Users of accounts on a KMS bench: real records, and the callers they are. */
import { createUniqueId } from "../src/iam/unique-id.ts";
import { folded, userResource } from "../src/iam/user.ts";
import type { Caller } from "../src/service/caller.ts";
import type { UserRecord } from "../src/store/records.ts";
import type { KmsBench } from "./kms-bench.ts";

export interface BenchUser {
  readonly record: UserRecord;
  readonly arn: string;
  readonly id: string;
  /** With one identity policy for each list of statements. */
  caller(...statements: readonly object[]): Caller;
}

/** Makes a user who has no policies. */
export async function newUser(
  kms: KmsBench,
  userName: string,
  { accountId = "111122223333", path = "/" } = {},
): Promise<BenchUser> {
  const record: UserRecord = {
    userId: createUniqueId("AIDA"),
    accountId,
    userName,
    foldedName: folded(userName),
    path,
    policies: [],
    attachedPolicies: [],
    groupIds: [],
    permissionsBoundary: null,
    createdAtMs: kms.nowMs,
    rowVersion: 1,
  };
  await kms.store.commit([{ kind: "insert", table: "users", record }]);
  return benchUser(record);
}

/** The user under another name or path. */
export async function renamed(
  kms: KmsBench,
  { record }: BenchUser,
  names: { readonly userName?: string; readonly path?: string },
): Promise<BenchUser> {
  const next = { ...record, ...names, rowVersion: record.rowVersion + 1 };
  const renamedRecord = { ...next, foldedName: folded(next.userName) };
  await kms.store.commit([{ kind: "update", table: "users", record: renamedRecord }]);
  return benchUser(renamedRecord);
}

export async function deleteUser(kms: KmsBench, { record }: BenchUser): Promise<void> {
  await kms.store.commit([{ kind: "delete", table: "users", record }]);
}

function benchUser(record: UserRecord): BenchUser {
  const { accountId, userId, userName } = record;
  const arn = `arn:aws:iam::${accountId}:${userResource(record)}`;
  return {
    record,
    arn,
    id: userId,
    caller: (...statements) => ({
      type: "IAMUser",
      accountId,
      arn,
      principalId: userId,
      userName,
      identityPolicies: statements.map((Statement) =>
        JSON.stringify({ Version: "2012-10-17", Statement }),
      ),
    }),
  };
}
