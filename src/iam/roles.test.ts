import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type IamBench, openIamBench } from "../../test/iam-bench.ts";
import type { Caller, RequestFacts } from "../service/caller.ts";
import { ServiceError } from "../service/service-error.ts";
import type { JsonObject, QueryOutput, QueryService } from "../service/service.ts";
import type { Change } from "../store/store.ts";
import { iamService } from "./service.ts";

const accountId = "111122223333";
const elsewhere = "444455556666";
const nowMs = Date.UTC(2030, 0, 2, 3, 4, 5);
const facts: RequestFacts = {
  requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
  receivedAtMs: nowMs,
  region: "us-east-1",
  sourceIp: "192.0.2.1",
  userAgent: "agent",
  host: "iam.example",
};
const rootOf = (account: string): Caller => ({
  type: "Root",
  accountId: account,
  arn: `arn:aws:iam::${account}:root`,
  principalId: account,
});
const root = rootOf(accountId);
const trusting = (AWS: unknown, more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole", ...more },
  });
const trustAccount = trusting(accountId);
const allowAll = JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });

let bench: IamBench;
let service: QueryService;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  service = iamService({ ...bench, clock: () => nowMs });
  await bench.store.commit(
    [accountId, elsewhere].map((account): Change => ({
      kind: "insert",
      table: "accounts",
      record: { accountId: account, name: account, createdAtMs: 1_000, rowVersion: 1 },
    })),
  );
});
afterAll(async () => {
  await bench.close();
});

async function call(operation: string, input: JsonObject = {}, caller = root) {
  const asked = { operation, version: "2010-05-08", input };
  return (await service.answer(asked, { caller, facts })) ?? {};
}

async function refused(operation: string, input: JsonObject, caller = root): Promise<string> {
  const error: unknown = await call(operation, input, caller).catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error("it was not refused", { cause: error });
  return `${error.status} ${error.code}: ${error.message}`;
}

async function newRole(RoleName = "app", more: JsonObject = {}): Promise<QueryOutput> {
  const input = { RoleName, AssumeRolePolicyDocument: trustAccount, ...more };
  return (await call("CreateRole", input))["Role"] as QueryOutput;
}

async function shownTrust(RoleName = "app"): Promise<string> {
  const { Role } = await call("GetRole", { RoleName });
  return decodeURIComponent(textOf(Role, "AssumeRolePolicyDocument"));
}

/** Statements of a user's policy. */
function userWith(Statement: object): Caller {
  return {
    type: "IAMUser",
    accountId,
    arn: `arn:aws:iam::${accountId}:user/bob`,
    principalId: "AIDACKCEVSQ6C2EXAMPLE",
    userName: "bob",
    identityPolicies: [JSON.stringify({ Version: "2012-10-17", Statement })],
  };
}

const allow = (more: object) => userWith({ Effect: "Allow", Action: "iam:*", ...more });
const tags = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ Key: `k${at}`, Value: "v" }));

function textOf(output: unknown, member: string): string {
  const value = (output as QueryOutput)[member];
  if (typeof value !== "string") throw new Error(`${member} is no text`);
  return value;
}

describe("roles", () => {
  test("are created as AWS answers it", async () => {
    const Role = await newRole("App", {
      Path: "/team/",
      Description: "for the app",
      MaxSessionDuration: "7200",
      Tags: [{ Key: "Team", Value: "blue" }],
    });
    expect(Object.entries(Role)).toEqual([
      ["Path", "/team/"],
      ["RoleName", "App"],
      ["RoleId", expect.stringMatching(/^AROA[A-Z2-7]{17}$/)],
      ["Arn", `arn:aws:iam::${accountId}:role/team/App`],
      ["CreateDate", new Date(nowMs)],
      ["AssumeRolePolicyDocument", encodeURIComponent(trustAccount)],
      ["Description", "for the app"],
      ["Tags", [{ Key: "Team", Value: "blue" }]],
    ]);
    const found = await call("GetRole", { RoleName: "aPP" });
    expect(found["Role"]).toEqual({ ...Role, MaxSessionDuration: 7_200, RoleLastUsed: {} });
    const [created] = await bench.records();
    expect(created).toMatchObject({
      eventName: "CreateRole",
      readOnly: false,
      requestParameters: { roleName: "App", assumeRolePolicyDocument: trustAccount },
      responseElements: { role: { roleId: Role["RoleId"] } },
    });
  });

  test("are listed page by page, and by their path", async () => {
    for (const name of ["c", "a", "b"]) await newRole(name, { Path: name === "b" ? "/x/" : "/" });
    const first = await call("ListRoles", { MaxItems: "2" });
    expect(first).toMatchObject({
      Roles: [{ RoleName: "a", MaxSessionDuration: 3_600 }, { RoleName: "b" }],
      IsTruncated: true,
    });
    const second = await call("ListRoles", { Marker: textOf(first, "Marker") });
    expect(second).toMatchObject({ Roles: [{ RoleName: "c" }], IsTruncated: false });
    const inX = await call("ListRoles", { PathPrefix: "/x/" });
    expect(inX).toMatchObject({ Roles: [{ RoleName: "b" }] });
  });

  test("of other accounts are out of sight", async () => {
    await newRole();
    expect(await refused("GetRole", { RoleName: "app" }, rootOf(elsewhere))).toBe(
      "404 NoSuchEntity: The role with name app cannot be found.",
    );
  });

  test("have their description and longest session changed, and what is left out stays", async () => {
    await newRole("app", { Description: "old" });
    await call("UpdateRole", { RoleName: "app", MaxSessionDuration: "43200" });
    expect(await call("GetRole", { RoleName: "app" })).toMatchObject({
      Role: { Description: "old", MaxSessionDuration: 43_200 },
    });
    const updated = await call("UpdateRoleDescription", { RoleName: "app", Description: "new" });
    expect(updated).toMatchObject({ Role: { Description: "new", MaxSessionDuration: 43_200 } });
  });

  test("are gone for good: one of the same name is another", async () => {
    const { RoleId } = await newRole();
    await call("DeleteRole", { RoleName: "app" });
    expect((await newRole())["RoleId"]).not.toBe(RoleId);
  });

  test("have inline policies", async () => {
    await newRole();
    const named = { RoleName: "app", PolicyName: "all" };
    await call("PutRolePolicy", { ...named, PolicyDocument: allowAll });
    expect(await call("GetRolePolicy", named)).toEqual({
      ...named,
      PolicyDocument: encodeURIComponent(allowAll).replace("*", "%2A").replace("*", "%2A"),
    });
    expect(await call("ListRolePolicies", { RoleName: "app" })).toMatchObject({
      PolicyNames: ["all"],
    });
    expect(await refused("DeleteRole", { RoleName: "app" })).toBe(
      "409 DeleteConflict: Cannot delete entity, must delete policies first.",
    );
    await call("DeleteRolePolicy", named);
    expect(await refused("GetRolePolicy", named)).toBe(
      "404 NoSuchEntity: The role policy with name all cannot be found.",
    );
  });

  test("have tags, whose keys are one whatever their case", async () => {
    await newRole("app", { Tags: [{ Key: "Team", Value: "blue" }] });
    await call("TagRole", {
      RoleName: "app",
      Tags: [
        { Key: "TEAM", Value: "red" },
        { Key: "b", Value: "" },
      ],
    });
    const Tags = [
      { Key: "TEAM", Value: "red" },
      { Key: "b", Value: "" },
    ];
    expect(await call("ListRoleTags", { RoleName: "app" })).toEqual({ Tags, IsTruncated: false });
    await call("UntagRole", { RoleName: "app", TagKeys: ["team", "none"] });
    expect(await call("ListRoleTags", { RoleName: "app" })).toMatchObject({ Tags: [{ Key: "b" }] });
  });
});

describe("a trust policy", () => {
  const trustUser = trusting(`arn:aws:iam::${elsewhere}:user/team/Ann`);
  const ann = { UserName: "Ann", Path: "/team/" };

  test("shows a user under the name they have, and by their id once they are gone", async () => {
    const { User } = await call("CreateUser", ann, rootOf(elsewhere));
    await newRole("app", { AssumeRolePolicyDocument: trustUser });
    expect(await shownTrust()).toBe(trustUser);
    const renamed = { UserName: "Ann", NewUserName: "Eve" };
    await call("UpdateUser", renamed, rootOf(elsewhere));
    expect(await shownTrust()).toBe(trusting(`arn:aws:iam::${elsewhere}:user/team/Eve`));
    await call("DeleteUser", { UserName: "Eve" }, rootOf(elsewhere));
    const gone = trusting((User as QueryOutput)["UserId"]);
    expect(await shownTrust()).toBe(gone);
    // One who takes the name is not the one who was trusted.
    await call("CreateUser", ann, rootOf(elsewhere));
    expect(await shownTrust()).toBe(gone);
    expect(await refused("CreateRole", { RoleName: "b", AssumeRolePolicyDocument: gone })).toBe(
      "400 MalformedPolicyDocument: Invalid principal in policy: " +
        `"AWS":"${textOf(User, "UserId")}"`,
    );
  });

  test("shows a role by its id once it is gone, and leaves conditions alone", async () => {
    const { RoleId, Arn } = await newRole("other");
    const session = `arn:aws:sts::${accountId}:assumed-role/other/one`;
    const Condition = { ArnEquals: { "aws:PrincipalArn": Arn } };
    const AssumeRolePolicyDocument = trusting([Arn, session, accountId], { Condition });
    await newRole("app", { AssumeRolePolicyDocument });
    expect(await shownTrust()).toBe(AssumeRolePolicyDocument);
    await call("DeleteRole", { RoleName: "other" });
    expect(await shownTrust()).toBe(trusting([RoleId, RoleId, accountId], { Condition }));
  });

  test.each([
    ["a user of another name", `arn:aws:iam::${accountId}:user/bob`],
    ["a user of another path", `arn:aws:iam::${elsewhere}:user/Ann`],
    ["a user spelt otherwise", `arn:aws:iam::${elsewhere}:user/team/ann`],
    ["a user in another partition", `arn:aws-cn:iam::${elsewhere}:user/team/Ann`],
    ["a role that is not there", `arn:aws:iam::${accountId}:role/none`],
    ["a session of a role that is not there", `arn:aws:sts::${accountId}:assumed-role/none/one`],
    ["a federated user", `arn:aws:sts::${accountId}:federated-user/fed`],
    ["an id that is nobody's", "AROAAAAAAAAAAAAAAAAAA"],
  ])("may not trust %s", async (_, name) => {
    await call("CreateUser", ann, rootOf(elsewhere));
    const input = { RoleName: "app", AssumeRolePolicyDocument: trusting(name) };
    expect(await refused("CreateRole", input)).toBe(
      `400 MalformedPolicyDocument: Invalid principal in policy: "AWS":"${name}"`,
    );
  });

  test("is replaced by another one", async () => {
    await newRole();
    const PolicyDocument = trusting(elsewhere);
    await call("UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument });
    expect(await shownTrust()).toBe(PolicyDocument);
    const broken = { RoleName: "app", PolicyDocument: "{}" };
    expect(await refused("UpdateAssumeRolePolicy", broken)).toBe(
      "400 MalformedPolicyDocument: Syntax errors in policy.",
    );
  });
});

describe("refused is", () => {
  const long = (characters: number) =>
    trusting(accountId, { Condition: { StringEquals: { "aws:userid": "x".repeat(characters) } } });
  test.each<[string, JsonObject, string]>([
    [
      "a trust policy that is too long",
      { AssumeRolePolicyDocument: long(2_048) },
      "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048",
    ],
    [
      "a trust policy that asks for what is never known",
      {
        AssumeRolePolicyDocument: trusting(accountId, {
          Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } },
        }),
      },
      "400 MalformedPolicyDocument: Keyhaven does not know the condition key aws:PrincipalOrgID yet.",
    ],
    [
      "a permissions boundary that is not there",
      { PermissionsBoundary: "arn:aws:iam::aws:policy/x" },
      "404 NoSuchEntity: Scope ARN: arn:aws:iam::aws:policy/x does not exist or is not attachable.",
    ],
    [
      "a session that is too short",
      { MaxSessionDuration: "3599" },
      "400 ValidationError: 1 validation error detected: Value '3599' at 'maxSessionDuration' " +
        "failed to satisfy constraint: Member must have value greater than or equal to 3600",
    ],
    [
      "a session that is too long",
      { MaxSessionDuration: "43201" },
      "400 ValidationError: 1 validation error detected: Value '43201' at 'maxSessionDuration' " +
        "failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      "a name that is none",
      { RoleName: "a/b" },
      "400 ValidationError: 1 validation error detected: Value 'a/b' at 'roleName' failed to " +
        "satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    [
      "a description of other characters",
      { Description: "\u0001" },
      "400 ValidationError: 1 validation error detected: Value '\u0001' at 'description' failed " +
        "to satisfy constraint: Member must satisfy regular expression pattern: " +
        "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
    ],
    [
      "a tag without a key",
      { Tags: [{ Value: "v" }] },
      "400 ValidationError: 1 validation error detected: Value null at 'tags.1.member.key' " +
        "failed to satisfy constraint: Member must not be null",
    ],
    [
      "a tag whose key is too long",
      { Tags: [{ Key: "k".repeat(129), Value: "" }] },
      `400 ValidationError: 1 validation error detected: Value '${"k".repeat(129)}' at ` +
        "'tags.1.member.key' failed to satisfy constraint: Member must have length less than " +
        "or equal to 128",
    ],
    [
      "a tag twice",
      {
        Tags: [
          { Key: "a", Value: "" },
          { Key: "A", Value: "" },
        ],
      },
      "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    [
      "a tag of AWS's own",
      { Tags: [{ Key: "aws:x", Value: "" }] },
      "400 ValidationError: Tag keys must not start with aws:, which is reserved.",
    ],
    [
      "more tags than there may be",
      { Tags: tags(51) },
      "400 ValidationError: 1 validation error detected: Value of 51 tags at 'tags' failed to " +
        "satisfy constraint: Member must have length less than or equal to 50",
    ],
    ["a text for tags", { Tags: "a" }, "400 ValidationError: A list of tags was expected."],
    [
      "a structure for a name",
      { RoleName: { a: "b" } },
      "400 ValidationError: A structure stands where text was expected.",
    ],
  ])("%s", async (_, changes, message) => {
    const input = { RoleName: "app", AssumeRolePolicyDocument: trustAccount, ...changes };
    expect(await refused("CreateRole", input)).toBe(message);
  });

  test("a role whose name is taken, whatever its case", async () => {
    await newRole("App");
    const again = { RoleName: "aPP", AssumeRolePolicyDocument: trustAccount };
    expect(await refused("CreateRole", again)).toBe(
      "409 EntityAlreadyExists: Role with name aPP already exists.",
    );
  });

  test("a tag more than there may be", async () => {
    await newRole("app", { Tags: tags(50) });
    const one = { RoleName: "app", Tags: [{ Key: "more", Value: "" }] };
    expect(await refused("TagRole", one)).toContain("409 LimitExceeded");
  });

  test("a role more than an account may have", async () => {
    const { store } = bench;
    await newRole("first");
    const first = await store.findRoleNamed(accountId, "first");
    if (first === undefined) throw new Error("the role is not there");
    await store.commit(
      Array.from({ length: 999 }, (_, at): Change => ({
        kind: "insert",
        table: "roles",
        record: { ...first, roleId: `AROA${at}`, roleName: `r${at}`, foldedName: `r${at}` },
      })),
    );
    const input = { RoleName: "last", AssumeRolePolicyDocument: trustAccount };
    expect(await refused("CreateRole", input)).toBe(
      "409 LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000",
    );
  });

  test("more policy than a role may have", async () => {
    await newRole();
    const PolicyDocument = JSON.stringify({
      Statement: { Effect: "Allow", Action: `kms:${"x".repeat(10_240)}`, Resource: "*" },
    });
    const input = { RoleName: "app", PolicyName: "p", PolicyDocument };
    expect(await refused("PutRolePolicy", input)).toBe(
      "409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role app",
    );
  });

  test("a policy that is none", async () => {
    await newRole();
    const input = { RoleName: "app", PolicyName: "p", PolicyDocument: "{" };
    expect(await refused("PutRolePolicy", input)).toBe(
      "400 MalformedPolicyDocument: This policy contains invalid Json",
    );
  });

  test.each(["GetRole", "DeleteRole", "ListRolePolicies", "ListRoleTags", "UpdateRole"])(
    "%s of a role that is not there",
    async (operation) => {
      expect(await refused(operation, { RoleName: "none" })).toBe(
        "404 NoSuchEntity: The role with name none cannot be found.",
      );
    },
  );

  test("a user whose policies do not allow it, who learns neither path nor presence", async () => {
    await newRole("app", { Path: "/secret/" });
    const bob = userWith({ Effect: "Deny", Action: "iam:*", Resource: "*" });
    const message = (name: string) =>
      `403 AccessDenied: User: ${bob.arn} is not authorized to perform: iam:GetRole on resource: ` +
      `arn:aws:iam::${accountId}:role/${name} with an explicit deny in an identity-based policy`;
    expect(await refused("GetRole", { RoleName: "app" }, bob)).toBe(message("app"));
    expect(await refused("GetRole", { RoleName: "none" }, bob)).toBe(message("none"));
  });
});

describe("a policy of a user decides by", () => {
  test("the path of a role", async () => {
    await newRole("app", { Path: "/team/" });
    const one = allow({ Resource: `arn:aws:iam::${accountId}:role/team/*` });
    expect(await call("GetRole", { RoleName: "app" }, one)).toHaveProperty("Role");
    const other = allow({ Resource: `arn:aws:iam::${accountId}:role/other/*` });
    expect(await refused("GetRole", { RoleName: "app" }, other)).toContain("AccessDenied");
  });

  test("the tags of a role, and those it is to have", async () => {
    await newRole("app", { Tags: [{ Key: "Team", Value: "blue" }] });
    const Resource = "*";
    const by = (key: string, value: string) =>
      allow({ Resource, Condition: { StringEquals: { [key]: value } } });
    const RoleName = "app";
    expect(await call("GetRole", { RoleName }, by("aws:ResourceTag/team", "blue"))).toBeDefined();
    expect(await refused("GetRole", { RoleName }, by("iam:ResourceTag/Team", "red"))).toContain(
      "AccessDenied",
    );
    const Tags = [{ Key: "Cost", Value: "1" }];
    await call("TagRole", { RoleName, Tags }, by("aws:RequestTag/cost", "1"));
    expect(await refused("TagRole", { RoleName, Tags }, by("aws:TagKeys", "Team"))).toContain(
      "AccessDenied",
    );
    await call("UntagRole", { RoleName, TagKeys: ["Cost"] }, by("aws:TagKeys", "Cost"));
  });

  test("CreateRole with tags needs TagRole as well", async () => {
    const creator = userWith({ Effect: "Allow", Action: "iam:CreateRole", Resource: "*" });
    const trust = { AssumeRolePolicyDocument: trustAccount };
    await call("CreateRole", { RoleName: "plain", ...trust }, creator);
    const Tags = [{ Key: "team", Value: "payments" }];
    const tagged = { RoleName: "tagged", Tags, ...trust };
    expect(await refused("CreateRole", tagged, creator)).toContain(
      "is not authorized to perform: iam:TagRole on resource: ",
    );
  });
});
