import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type IamBench, openIamBench } from "../../test/iam-bench.ts";
import type { Caller, RequestFacts } from "../service/caller.ts";
import { ServiceError } from "../service/service-error.ts";
import type { JsonObject, QueryOutput, QueryService } from "../service/service.ts";
import { accessKeyDirectory } from "./access-key-directory.ts";
import { iamService } from "./service.ts";

const accountId = "111122223333";
const nowMs = Date.UTC(2030, 0, 2, 3, 4, 5);
const root: Caller = {
  type: "Root",
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  principalId: accountId,
};
const facts: RequestFacts = {
  requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
  receivedAtMs: nowMs,
  region: "us-east-1",
  sourceIp: "192.0.2.1",
  userAgent: "agent",
  host: "iam.example",
};
const allowAll = JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });

let bench: IamBench;
let service: QueryService;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  service = iamService({ ...bench, clock: () => nowMs });
  const account = { accountId, name: "one", createdAtMs: 1_000, rowVersion: 1 };
  await bench.store.commit([{ kind: "insert", table: "accounts", record: account }]);
});
afterAll(async () => {
  await bench.close();
});

async function call(
  operation: string,
  input: JsonObject = {},
  caller: Caller = root,
): Promise<QueryOutput> {
  const asked = { operation, version: "2010-05-08", input };
  return (await service.answer(asked, { caller, facts })) ?? {};
}

/** The refusal of a call, which must be on record. */
async function refused(operation: string, input: JsonObject, caller = root): Promise<string> {
  const error: unknown = await call(operation, input, caller).catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error("it was not refused", { cause: error });
  const { errorCode, errorMessage } = (await bench.records()).at(-1) ?? {};
  expect({ errorCode, errorMessage }).toEqual({
    errorCode: error.code,
    errorMessage: error.message,
  });
  return `${error.status} ${error.code}: ${error.message}`;
}

function textOf(output: QueryOutput, member: string): string {
  const value = output[member];
  if (typeof value !== "string") throw new Error(`${member} is no text`);
  return value;
}

interface CreatedKey {
  readonly AccessKey: { readonly AccessKeyId: string; readonly SecretAccessKey: Uint8Array };
}

async function newAccessKeyId(UserName: string): Promise<string> {
  const { AccessKey } = (await call("CreateAccessKey", { UserName })) as unknown as CreatedKey;
  return AccessKey.AccessKeyId;
}

/** Who an access key proves the caller to be. */
async function callerWith(accessKeyId: string): Promise<Caller | undefined> {
  const scope = { accessKeyId, date: "20300102", region: "us-east-1", service: "iam" };
  return (await accessKeyDirectory(bench).findSigningCredential(scope))?.caller;
}

async function bob(policy?: object): Promise<Caller> {
  await call("CreateUser", { UserName: "bob" });
  if (policy !== undefined) {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: policy });
    await call("PutUserPolicy", { UserName: "bob", PolicyName: "only", PolicyDocument });
  }
  const caller = await callerWith(await newAccessKeyId("bob"));
  if (caller === undefined) throw new Error("bob is unknown");
  return caller;
}

describe("users", () => {
  test("are created, found whatever the case of their name, and listed", async () => {
    const { User } = await call("CreateUser", { UserName: "Alice", Path: "/team/" });
    expect(User).toMatchObject({
      Path: "/team/",
      UserName: "Alice",
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/) as string,
      Arn: `arn:aws:iam::${accountId}:user/team/Alice`,
      CreateDate: new Date(nowMs),
    });
    expect(await call("GetUser", { UserName: "aLICE" })).toEqual({ User });
    expect(await call("ListUsers")).toEqual({ Users: [User], IsTruncated: false });
  });

  test("are listed page by page, and by their path", async () => {
    for (const UserName of ["c", "a", "b"]) {
      await call("CreateUser", { UserName, Path: UserName === "b" ? "/x/" : "/" });
    }
    const first = await call("ListUsers", { MaxItems: "2" });
    expect(first).toMatchObject({
      Users: [{ UserName: "a" }, { UserName: "b" }],
      IsTruncated: true,
    });
    const second = await call("ListUsers", { Marker: textOf(first, "Marker") });
    expect(second).toMatchObject({ Users: [{ UserName: "c" }], IsTruncated: false });
    const inX = await call("ListUsers", { PathPrefix: "/x/" });
    expect(inX).toMatchObject({ Users: [{ UserName: "b" }] });
  });

  test("stay who they are under another name", async () => {
    const { User } = await call("CreateUser", { UserName: "old" });
    await call("UpdateUser", { UserName: "old", NewUserName: "New", NewPath: "/p/" });
    const { UserId } = User as { UserId: string };
    const found = await call("GetUser", { UserName: "new" });
    expect(found).toMatchObject({ User: { UserName: "New", Path: "/p/", UserId } });
    expect(await refused("GetUser", { UserName: "old" })).toContain("NoSuchEntity");
  });

  test("are gone for good: one of the same name is another", async () => {
    const { User } = await call("CreateUser", { UserName: "bob" });
    await call("DeleteUser", { UserName: "bob" });
    const again = await call("CreateUser", { UserName: "bob" });
    expect(again).not.toMatchObject({ User: { UserId: (User as { UserId: string }).UserId } });
  });

  test("without a name are the caller", async () => {
    expect(await call("GetUser")).toEqual({
      User: { UserId: accountId, Arn: root.arn, CreateDate: new Date(1_000) },
    });
    const caller = await bob({ Effect: "Allow", Action: "iam:GetUser", Resource: "*" });
    expect(await call("GetUser", {}, caller)).toMatchObject({ User: { UserName: "bob" } });
  });

  test("of another account are not there", async () => {
    await call("CreateUser", { UserName: "bob" });
    const other = { ...root, accountId: "444455556666", arn: "arn:aws:iam::444455556666:root" };
    expect(await refused("GetUser", { UserName: "bob" }, other)).toContain("NoSuchEntity");
    expect(await call("ListUsers", {}, other)).toMatchObject({ Users: [] });
  });
});

describe("access keys", () => {
  test("of a user speak for the user, with the policies of the moment", async () => {
    const caller = await bob();
    expect(caller).toMatchObject({
      type: "IAMUser",
      accountId,
      arn: `arn:aws:iam::${accountId}:user/bob`,
      principalId: expect.stringMatching(/^AIDA/) as string,
      userName: "bob",
      identityPolicies: [],
    });
    const accessKeyId = caller.accessKeyId ?? "";
    const named = { UserName: "bob", PolicyName: "all" };
    await call("PutUserPolicy", { ...named, PolicyDocument: allowAll });
    expect(await callerWith(accessKeyId)).toMatchObject({ identityPolicies: [allowAll] });
    await call("DeleteUserPolicy", named);
    expect(await callerWith(accessKeyId)).toMatchObject({ identityPolicies: [] });
  });

  test("are listed without their secrets, made inactive and deleted", async () => {
    await call("CreateUser", { UserName: "bob" });
    const AccessKeyId = await newAccessKeyId("bob");
    const listed = { UserName: "bob", AccessKeyId, Status: "Active", CreateDate: new Date(nowMs) };
    const about = { UserName: "bob", AccessKeyId };
    expect(await call("ListAccessKeys", { UserName: "bob" })).toEqual({
      AccessKeyMetadata: [listed],
      IsTruncated: false,
    });
    await call("UpdateAccessKey", { ...about, Status: "Inactive" });
    expect(await callerWith(AccessKeyId)).toBeUndefined();
    await call("DeleteAccessKey", about);
    expect(await call("ListAccessKeys", { UserName: "bob" })).toMatchObject({
      AccessKeyMetadata: [],
    });
  });

  test("without a user's name are the caller's own", async () => {
    const { AccessKey } = await call("CreateAccessKey");
    const { AccessKeyId } = AccessKey as { AccessKeyId: string };
    expect(await callerWith(AccessKeyId)).toMatchObject({ type: "Root", accountId });
    expect(await call("ListAccessKeys")).toMatchObject({ AccessKeyMetadata: [{ AccessKeyId }] });
    await call("DeleteAccessKey", { AccessKeyId });
    expect(await callerWith(AccessKeyId)).toBeUndefined();
  });

  test("leave no secret on record", async () => {
    await call("CreateUser", { UserName: "bob" });
    const made = (await call("CreateAccessKey", { UserName: "bob" })) as unknown as CreatedKey;
    const secret = Buffer.from(made.AccessKey.SecretAccessKey).toString();
    expect(secret).toMatch(/^[A-Za-z0-9/+]{40}$/);
    expect(await bench.journalText()).not.toContain(secret);
  });

  test("hold a user back from being deleted, even one that is made at the same time", async () => {
    for (let trial = 0; trial < 20; trial += 1) {
      const UserName = `user${trial}`;
      await call("CreateUser", { UserName });
      const [made, gone] = await Promise.allSettled([
        call("CreateAccessKey", { UserName }),
        call("DeleteUser", { UserName }),
      ]);
      expect([made.status, gone.status].filter((status) => status === "fulfilled")).toHaveLength(1);
    }
  });
});

describe("inline policies", () => {
  test("are kept as they were sent, and answered percent-encoded", async () => {
    await call("CreateUser", { UserName: "bob" });
    const named = { UserName: "bob", PolicyName: "p" };
    const PolicyDocument = `{ "Statement": {"Effect":"Deny", "Action":"kms:*", "Resource":"*"}}`;
    await call("PutUserPolicy", { ...named, PolicyDocument });
    const found = await call("GetUserPolicy", named);
    expect(found).toMatchObject({ UserName: "bob", PolicyName: "p" });
    expect(found["PolicyDocument"]).toMatch(/^[\w.~%-]+$/);
    expect(decodeURIComponent(textOf(found, "PolicyDocument"))).toBe(PolicyDocument);
  });

  test("are replaced by one of the same name, listed by name and deleted", async () => {
    await call("CreateUser", { UserName: "bob" });
    for (const PolicyName of ["b", "a", "b"]) {
      const PolicyDocument = allowAll;
      await call("PutUserPolicy", { UserName: "bob", PolicyName, PolicyDocument });
    }
    const page = { UserName: "bob", MaxItems: "1" };
    const first = await call("ListUserPolicies", page);
    expect(first).toMatchObject({ PolicyNames: ["a"], IsTruncated: true });
    const second = await call("ListUserPolicies", { ...page, Marker: textOf(first, "Marker") });
    expect(second).toEqual({ PolicyNames: ["b"], IsTruncated: false });
    await call("DeleteUserPolicy", { UserName: "bob", PolicyName: "a" });
    expect(await call("ListUserPolicies", { UserName: "bob" })).toMatchObject({
      PolicyNames: ["b"],
    });
  });
});

describe("a user may", () => {
  const ownArn = `arn:aws:iam::${accountId}:user/bob`;
  const denied = (action: string, resource: string, why: string) =>
    `403 AccessDenied: User: ${ownArn} is not authorized to perform: iam:${action} ` +
    `on resource: ${resource} ${why}`;

  test("nothing without a policy, not even ask about itself", async () => {
    const caller = await bob();
    for (const operation of ["GetUser", "ListAccessKeys", "CreateAccessKey"]) {
      expect(await refused(operation, {}, caller)).toBe(
        denied(
          operation,
          ownArn,
          `because no identity-based policy allows the iam:${operation} action`,
        ),
      );
    }
  });

  test("what a policy allows, on what it names", async () => {
    const caller = await bob({
      Effect: "Allow",
      Action: "iam:*AccessKey*",
      Resource: `arn:aws:iam::${accountId}:user/\${aws:username}`,
    });
    await call("CreateUser", { UserName: "eve" });
    expect(await call("ListAccessKeys", {}, caller)).toMatchObject({ IsTruncated: false });
    expect(await refused("ListAccessKeys", { UserName: "eve" }, caller)).toContain("AccessDenied");
    expect(await refused("GetUser", {}, caller)).toContain("AccessDenied");
  });

  test("nothing that a policy denies", async () => {
    const caller = await bob([
      { Effect: "Allow", Action: "*", Resource: "*" },
      { Effect: "Deny", Action: "iam:DeleteUser", Resource: "*" },
    ]);
    expect(await refused("DeleteUser", { UserName: "bob" }, caller)).toBe(
      denied("DeleteUser", ownArn, "with an explicit deny in an identity-based policy"),
    );
  });

  test("not learn who is there: a refusal comes before that", async () => {
    const caller = await bob();
    expect(await refused("GetUser", { UserName: "nobody" }, caller)).toContain("AccessDenied");
  });

  test("only what conditions on the request allow", async () => {
    const caller = await bob({
      Effect: "Allow",
      Action: "iam:GetUser",
      Resource: "*",
      Condition: { IpAddress: { "aws:SourceIp": "198.51.100.0/24" } },
    });
    expect(await refused("GetUser", {}, caller)).toContain("AccessDenied");
  });
});

describe("a user may not", () => {
  const own = `arn:aws:iam::${accountId}:user/bob`;

  test("choose what resources are called, by the Region it signs for", async () => {
    const caller = await bob([
      { Effect: "Allow", Action: "iam:*", Resource: "*" },
      { Effect: "Deny", Action: "iam:*", Resource: own },
    ]);
    const asked = { operation: "GetUser", version: "2010-05-08", input: {} };
    const elsewhere = { caller, facts: { ...facts, region: "us-gov-west-1" } };
    await expect(service.answer(asked, elsewhere)).rejects.toThrow("explicit deny");
    const scope = { date: "20300102", region: "us-gov-west-1", service: "iam" };
    const accessKeyId = caller.accessKeyId ?? "";
    const found = await accessKeyDirectory(bench).findSigningCredential({ ...scope, accessKeyId });
    expect(found?.caller.arn).toBe(own);
  });

  test("dodge a deny on the Region: IAM is in one", async () => {
    const caller = await bob([
      { Effect: "Allow", Action: "iam:*", Resource: "*" },
      {
        Effect: "Deny",
        Action: "iam:*",
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
      },
    ]);
    const asked = { operation: "GetUser", version: "2010-05-08", input: {} };
    const elsewhere = { caller, facts: { ...facts, region: "eu-west-1" } };
    await expect(service.answer(asked, elsewhere)).rejects.toThrow("explicit deny");
  });

  test("take a name or path that it may not touch", async () => {
    const caller = await bob([
      { Effect: "Allow", Action: "iam:UpdateUser", Resource: own },
      { Effect: "Deny", Action: "iam:*", Resource: `arn:aws:iam::${accountId}:user/admin/*` },
    ]);
    const input = { UserName: "bob", NewPath: "/admin/" };
    expect(await refused("UpdateUser", input, caller)).toContain("explicit deny");
    const renamed = { UserName: "bob", NewUserName: "chief" };
    expect(await refused("UpdateUser", renamed, caller)).toContain("no identity-based policy");
  });

  test("learn the path of a user, or have what it asked for on record", async () => {
    const caller = await bob();
    await call("CreateUser", { UserName: "hidden", Path: "/board/" });
    expect(await refused("GetUser", { UserName: "hidden" }, caller)).not.toContain("board");
    expect((await bench.records()).at(-1)).toMatchObject({ requestParameters: null });
  });
});

describe("refused is", () => {
  const pattern =
    "failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+";

  test.each<readonly [string, string, JsonObject, string]>([
    [
      "a name with a space",
      "CreateUser",
      { UserName: "a b" },
      `400 ValidationError: 1 validation error detected: Value 'a b' at 'userName' ${pattern}`,
    ],
    [
      "no name",
      "CreateUser",
      {},
      "400 ValidationError: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      "a structure for a name",
      "CreateUser",
      { UserName: { a: "b" } },
      "400 ValidationError: A structure stands where text was expected.",
    ],
    [
      "a page of no items",
      "ListUsers",
      { MaxItems: "0" },
      "400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      "a page size that is no number",
      "ListUsers",
      { MaxItems: "x" },
      "400 ValidationError: Value 'x' is not of the type it must be.",
    ],
    ["a marker that is none", "ListUsers", { Marker: "!" }, "400 ValidationError: Invalid Marker."],
    [
      "a user who exists, in another case",
      "CreateUser",
      { UserName: "BOB" },
      "409 EntityAlreadyExists: User with name BOB already exists.",
    ],
    [
      "a new name that is taken",
      "UpdateUser",
      { UserName: "bob", NewUserName: "EVE" },
      "409 EntityAlreadyExists: User with name EVE already exists.",
    ],
    [
      "a user who does not exist",
      "DeleteUser",
      { UserName: "nobody" },
      "404 NoSuchEntity: The user with name nobody cannot be found.",
    ],
    [
      "another's access key",
      "DeleteAccessKey",
      { UserName: "bob", AccessKeyId: "AKIAUNKNOWNUNKNOWN12" },
      "404 NoSuchEntity: The Access Key with id AKIAUNKNOWNUNKNOWN12 cannot be found.",
    ],
    [
      "another status",
      "UpdateAccessKey",
      { UserName: "bob", AccessKeyId: "AKIAUNKNOWNUNKNOWN12", Status: "active" },
      "400 ValidationError: 1 validation error detected: Value 'active' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    ],
    [
      "a policy that is none",
      "PutUserPolicy",
      { UserName: "bob", PolicyName: "p", PolicyDocument: "{" },
      "400 MalformedPolicyDocument: This policy contains invalid Json",
    ],
    [
      "a policy that does not exist",
      "GetUserPolicy",
      { UserName: "bob", PolicyName: "p" },
      "404 NoSuchEntity: The user policy with name p cannot be found.",
    ],
    [
      "a boundary that is not there",
      "CreateUser",
      { UserName: "new", PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      "404 NoSuchEntity: Scope ARN: arn:aws:iam::aws:policy/ReadOnlyAccess does not exist or is " +
        "not attachable.",
    ],
    [
      "a condition key that is never there",
      "PutUserPolicy",
      {
        UserName: "bob",
        PolicyName: "p",
        PolicyDocument: JSON.stringify({
          Statement: {
            Effect: "Deny",
            Action: "kms:*",
            Resource: "*",
            Condition: { StringLike: { "kms:ResourceAliases": "alias/prod" } },
          },
        }),
      },
      "400 MalformedPolicyDocument: Keyhaven does not know the condition key kms:ResourceAliases yet.",
    ],
    [
      "policies with too much white space",
      "PutUserPolicy",
      { UserName: "bob", PolicyName: "p", PolicyDocument: `${" ".repeat(20_000)}${allowAll}` },
      "409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user bob",
    ],
    [
      "policies that are too long together",
      "PutUserPolicy",
      {
        UserName: "bob",
        PolicyName: "p",
        PolicyDocument: allowAll.replace('"*"', `["*","kms:${"x".repeat(2_048)}"]`),
      },
      "409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user bob",
    ],
  ])("%s", async (_, operation, input, expected) => {
    for (const UserName of ["bob", "eve"]) await call("CreateUser", { UserName });
    expect(await refused(operation, input)).toBe(expected);
  });

  test("to delete a user who has policies or access keys", async () => {
    const named = { UserName: "bob", PolicyName: "p" };
    await call("CreateUser", { UserName: "bob" });
    await call("PutUserPolicy", { ...named, PolicyDocument: allowAll });
    const AccessKeyId = await newAccessKeyId("bob");
    expect(await refused("DeleteUser", { UserName: "bob" })).toBe(
      "409 DeleteConflict: Cannot delete entity, must delete policies first.",
    );
    await call("DeleteUserPolicy", named);
    expect(await refused("DeleteUser", { UserName: "bob" })).toBe(
      "409 DeleteConflict: Cannot delete entity, must delete access keys first.",
    );
    await call("DeleteAccessKey", { UserName: "bob", AccessKeyId });
    await call("DeleteUser", { UserName: "bob" });
  });

  test("a third access key", async () => {
    await call("CreateUser", { UserName: "bob" });
    await newAccessKeyId("bob");
    await newAccessKeyId("bob");
    expect(await refused("CreateAccessKey", { UserName: "bob" })).toBe(
      "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2",
    );
  });

  test("an operation that is not there, or not in this version", async () => {
    await expect(call("CreateInstanceProfile")).rejects.toThrow(
      "Could not find operation CreateInstanceProfile for version 2010-05-08",
    );
  });
});

test("a call is on record with what was asked and who asked", async () => {
  const caller = await bob({ Effect: "Allow", Action: "*", Resource: "*" });
  await call("CreateUser", { UserName: "eve" }, caller);
  expect((await bench.records()).at(-1)).toMatchObject({
    eventSource: "iam.amazonaws.com",
    eventName: "CreateUser",
    readOnly: false,
    userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${accountId}:user/bob`, userName: "bob" },
    requestParameters: { userName: "eve" },
    responseElements: { user: { userName: "eve" } },
  });
});
