/** Roles of accounts on a KMS bench: real records, and the sessions of them. */
import { roleResource } from "../src/iam/role.ts";
import { createUniqueId } from "../src/iam/unique-id.ts";
import { folded } from "../src/iam/user.ts";
import type { Caller } from "../src/service/caller.ts";
import type { RoleRecord } from "../src/store/records.ts";
import type { KmsBench } from "./kms-bench.ts";

export interface BenchRole {
  readonly record: RoleRecord;
  readonly arn: string;
  readonly id: string;
  /** A session, with the role's policy and the one it was made with, where there are any. */
  session(own?: object, limit?: object, sessionName?: string): Caller;
  sessionArn(sessionName?: string): string;
}

/** Makes a role that nobody may assume. */
export async function newRole(
  kms: KmsBench,
  roleName: string,
  { accountId = "111122223333" } = {},
): Promise<BenchRole> {
  const record: RoleRecord = {
    roleId: createUniqueId("AROA"),
    accountId,
    roleName,
    foldedName: folded(roleName),
    path: "/team/",
    description: null,
    trustPolicy: "{}",
    trustedIds: {},
    policies: [],
    attachedPolicies: [],
    permissionsBoundary: null,
    tags: [],
    maxSessionSeconds: 3_600,
    createdAtMs: kms.nowMs,
    rowVersion: 1,
  };
  await kms.store.commit([{ kind: "insert", table: "roles", record }]);
  return benchRole(record);
}

export async function deleteRole(kms: KmsBench, { record }: BenchRole): Promise<void> {
  await kms.store.commit([{ kind: "delete", table: "roles", record }]);
}

function benchRole(record: RoleRecord): BenchRole {
  const { accountId, roleId: id, roleName: name } = record;
  const arn = `arn:aws:iam::${accountId}:${roleResource(record)}`;
  const sessionArn = (sessionName = "one"): string =>
    `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`;
  return {
    record,
    arn,
    id,
    sessionArn,
    session: (own, limit, sessionName = "one") => ({
      type: "AssumedRole",
      accountId,
      arn: sessionArn(sessionName),
      principalId: `${id}:${sessionName}`,
      identityPolicies: own === undefined ? [] : [policyOf(own)],
      session: {
        role: { id, arn, name },
        name: sessionName,
        issuedAtMs: record.createdAtMs,
        ...(limit === undefined ? {} : { policy: policyOf(limit) }),
        principalTags: new Map(),
        transitiveTags: [],
      },
    }),
  };
}

function policyOf(Statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
