import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type IamBench, openIamBench } from "../../test/iam-bench.ts";
import type { Identities } from "../service/identities.ts";
import type { UserRecord } from "../store/records.ts";
import { identityDirectory } from "./identity-directory.ts";

const accountId = "111122223333";
const alice: UserRecord = {
  userId: "AIDAAAAAAAAAAAAAAAAAA",
  accountId,
  userName: "Alice",
  foldedName: "alice",
  path: "/team/",
  policies: [],
  attachedPolicies: [],
  groupIds: [],
  permissionsBoundary: null,
  createdAtMs: 0,
  rowVersion: 1,
};
const arn = `arn:aws:iam::${accountId}:user/team/Alice`;

let bench: IamBench;
let identities: Identities;
beforeAll(async () => {
  bench = await openIamBench();
  identities = identityDirectory(bench);
});
beforeEach(async () => {
  await bench.reset();
  await bench.store.commit([
    {
      kind: "insert",
      table: "accounts",
      record: { accountId, name: "main", createdAtMs: 0, rowVersion: 1 },
    },
    { kind: "insert", table: "users", record: alice },
  ]);
});
afterAll(async () => await bench.close());

describe("the identity directory", () => {
  test("knows a user by ARN and by unique id", async () => {
    expect(await identities.findUniqueId(arn)).toBe(alice.userId);
    expect(await identities.findArn(alice.userId)).toBe(arn);
  });

  test.each([
    ["another case", `arn:aws:iam::${accountId}:user/team/alice`],
    ["another path", `arn:aws:iam::${accountId}:user/Alice`],
    ["another account", "arn:aws:iam::444455556666:user/team/Alice"],
    ["another partition", `arn:aws-cn:iam::${accountId}:user/team/Alice`],
    ["another service", `arn:aws:sts::${accountId}:user/team/Alice`],
    ["another kind", `arn:aws:iam::${accountId}:role/team/Alice`],
    ["no name", `arn:aws:iam::${accountId}:user/team/`],
    ["no ARN", "Alice"],
  ])("knows nobody of %s", async (_what, other) => {
    expect(await identities.findUniqueId(other)).toBeUndefined();
  });

  test("follows a user to another name, and forgets one that was deleted", async () => {
    const record = { ...alice, userName: "Eve", foldedName: "eve", rowVersion: 2 };
    await bench.store.commit([{ kind: "update", table: "users", record }]);
    expect(await identities.findUniqueId(arn)).toBeUndefined();
    expect(await identities.findArn(alice.userId)).toBe(`arn:aws:iam::${accountId}:user/team/Eve`);
    await bench.store.commit([{ kind: "delete", table: "users", record }]);
    expect(await identities.findArn(alice.userId)).toBeUndefined();
  });
});
