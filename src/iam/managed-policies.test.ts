import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type IamCustomer,
  nowMs,
  openIamCustomer,
  policyOf,
  statement,
} from "../../test/iam-customer.ts";

const arnOf = (name: string) => `arn:aws:iam::111122223333:policy/${name}`;
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const readUsers = policyOf(statement("Allow", "iam:ListUsers"));
const readRoles = policyOf(statement("Allow", "iam:ListRoles"));

let iam: IamCustomer;
beforeAll(async () => {
  iam = await openIamCustomer();
});
beforeEach(async () => {
  await iam.reset();
});
afterAll(async () => {
  await iam.close();
});

async function newPolicy(PolicyName = "p", PolicyDocument = readUsers): Promise<string> {
  const { Policy } = await iam.call("CreatePolicy", { PolicyName, PolicyDocument });
  return (Policy as { readonly Arn: string }).Arn;
}

/** A policy of just so many characters. */
function long(characters: number): string {
  const frame = policyOf(statement("Allow", "iam:")).length;
  return policyOf(statement("Allow", `iam:${"a".repeat(characters - frame)}`));
}

const notFound = (arn: string) => `404 NoSuchEntity: Policy ${arn} was not found.`;

describe("managed policies", () => {
  test("are created, found and listed", async () => {
    const { Policy } = await iam.call("CreatePolicy", {
      PolicyName: "Readers",
      Path: "/team/",
      Description: "they read",
      PolicyDocument: readUsers,
    });
    const PolicyArn = arnOf("team/Readers");
    expect(Policy).toEqual({
      PolicyName: "Readers",
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/) as string,
      Arn: PolicyArn,
      Path: "/team/",
      DefaultVersionId: "v1",
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: new Date(nowMs),
      UpdateDate: new Date(nowMs),
    });
    expect(await iam.call("GetPolicy", { PolicyArn })).toEqual({
      Policy: { ...(Policy as object), Description: "they read" },
    });
    const listed = { Policies: [Policy], IsTruncated: false };
    expect(await iam.call("ListPolicies", { Scope: "Local" })).toEqual(listed);
    const inTeam = { Scope: "Local", PathPrefix: "/team/" };
    expect(await iam.call("ListPolicies", inTeam)).toEqual(listed);
    const other = { Scope: "Local", PathPrefix: "/other/" };
    expect(await iam.call("ListPolicies", other)).toMatchObject({ Policies: [] });
  });

  test("say what their versions say", async () => {
    const PolicyArn = await newPolicy();
    const { PolicyVersion } = await iam.call("GetPolicyVersion", { PolicyArn, VersionId: "v1" });
    expect(PolicyVersion).toEqual({
      Document: encodeURIComponent(readUsers).replaceAll("*", "%2A"),
      VersionId: "v1",
      IsDefaultVersion: true,
      CreateDate: new Date(nowMs),
    });
    const named = { PolicyArn, PolicyDocument: readRoles };
    expect(await iam.call("CreatePolicyVersion", named)).toEqual({
      PolicyVersion: { VersionId: "v2", IsDefaultVersion: false, CreateDate: new Date(nowMs) },
    });
    await iam.call("CreatePolicyVersion", { ...named, SetAsDefault: "true" });
    expect(await iam.call("ListPolicyVersions", { PolicyArn })).toMatchObject({
      Versions: [
        { VersionId: "v3", IsDefaultVersion: true },
        { VersionId: "v2", IsDefaultVersion: false },
        { VersionId: "v1", IsDefaultVersion: false },
      ],
      IsTruncated: false,
    });
    await iam.call("DeletePolicyVersion", { PolicyArn, VersionId: "v2" });
    await iam.call("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
    await iam.call("DeletePolicyVersion", { PolicyArn, VersionId: "v3" });
    const again = await iam.call("CreatePolicyVersion", named);
    expect(again).toMatchObject({ PolicyVersion: { VersionId: "v4" } });
  });

  test("are listed page by page, AWS's before the account's", async () => {
    for (const name of ["b", "a"]) await newPolicy(name);
    const names: string[] = [];
    let more: { readonly Marker?: string } | undefined = {};
    while (more !== undefined) {
      const page: object = await iam.call("ListPolicies", { MaxItems: "1", ...more });
      const { Policies, IsTruncated, Marker } = page as {
        readonly Policies: readonly { readonly PolicyName: string }[];
        readonly IsTruncated: boolean;
        readonly Marker?: string;
      };
      names.push(...Policies.map(({ PolicyName }) => PolicyName));
      more = IsTruncated && Marker !== undefined ? { Marker } : undefined;
    }
    expect(names).toEqual([
      "AdministratorAccess",
      "AWSKeyManagementServicePowerUser",
      "IAMFullAccess",
      "IAMReadOnlyAccess",
      "a",
      "b",
    ]);
  });

  test("of AWS's are read, and not changed by anyone", async () => {
    const PolicyArn = administrator;
    expect(await iam.call("GetPolicy", { PolicyArn })).toMatchObject({
      Policy: { PolicyId: "ANPAIWMBCKSKIEE64ZLYK", DefaultVersionId: "v1" },
    });
    expect(await iam.refused("DeletePolicy", { PolicyArn })).toBe(
      "403 AccessDenied: User: arn:aws:iam::111122223333:root is not authorized to perform: " +
        `iam:DeletePolicy on resource: policy ${administrator}`,
    );
  });

  test("may not have a name twice, whatever its case", async () => {
    await newPolicy("Readers");
    const again = { PolicyName: "readers", PolicyDocument: readUsers };
    expect(await iam.refused("CreatePolicy", again)).toBe(
      "409 EntityAlreadyExists: A policy called readers already exists. " +
        "Duplicate names are not allowed.",
    );
  });

  test("may not have a sixth version", async () => {
    const PolicyArn = await newPolicy();
    const more = { PolicyArn, PolicyDocument: readUsers };
    for (let count = 1; count < 5; count += 1) await iam.call("CreatePolicyVersion", more);
    expect(await iam.refused("CreatePolicyVersion", more)).toBe(
      "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new " +
        "version, you must delete an existing version.",
    );
  });

  test("may not be too long, white space left out", async () => {
    await newPolicy("fits", long(6_144).replace("{", `{${" ".repeat(5_000)}`));
    const tooLong = { PolicyName: "long", PolicyDocument: long(6_145) };
    expect(await iam.refused("CreatePolicy", tooLong)).toBe(
      "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144",
    );
    const blank = readUsers.replace("{", `{${" ".repeat(16_384)}`);
    const mostlyBlank = { PolicyName: "blank", PolicyDocument: blank };
    expect(await iam.refused("CreatePolicy", mostlyBlank)).toContain("LimitExceeded");
  });

  test.each([
    ["what is no policy", "{}", "Syntax errors in policy."],
    ["what is no JSON", "{", "This policy contains invalid Json"],
    [
      "a principal",
      policyOf({ ...statement("Allow", "*"), Principal: "*" }),
      "Policy document should not specify a principal.",
    ],
  ])("may not say %s, in any version", async (_what, PolicyDocument, message) => {
    const refusal = `400 MalformedPolicyDocument: ${message}`;
    expect(await iam.refused("CreatePolicy", { PolicyName: "q", PolicyDocument })).toBe(refusal);
    const PolicyArn = await newPolicy();
    const version = { PolicyArn, PolicyDocument };
    expect(await iam.refused("CreatePolicyVersion", version)).toBe(refusal);
  });

  test("that are not there are not found, nor are their versions", async () => {
    const PolicyArn = await newPolicy("Readers");
    const arns = [
      arnOf("none"),
      arnOf("readers"),
      arnOf("path/Readers"),
      "arn:aws:iam::444455556666:policy/Readers",
      "arn:aws:iam::aws:policy/ReadOnlyAccess",
      "arn:aws-cn:iam::aws:policy/AdministratorAccess",
    ];
    for (const arn of arns) {
      expect(await iam.refused("GetPolicy", { PolicyArn: arn })).toBe(notFound(arn));
    }
    for (const operation of [
      "GetPolicyVersion",
      "SetDefaultPolicyVersion",
      "DeletePolicyVersion",
    ]) {
      expect(await iam.refused(operation, { PolicyArn, VersionId: "v2" })).toBe(
        `404 NoSuchEntity: Policy ${PolicyArn} version v2 does not exist or is not attachable.`,
      );
    }
  });

  test("must be named by an ARN", async () => {
    expect(await iam.refused("GetPolicy", { PolicyArn: "not-an-arn-of-any-kind" })).toBe(
      "400 ValidationError: Invalid ARN:  Could not be parsed!",
    );
  });

  test("keep the version that is in effect", async () => {
    const PolicyArn = await newPolicy();
    expect(await iam.refused("DeletePolicyVersion", { PolicyArn, VersionId: "v1" })).toBe(
      "409 DeleteConflict: Cannot delete the default version of a policy.",
    );
  });

  test("are not deleted while they have other versions, or anybody has them", async () => {
    const PolicyArn = await newPolicy();
    await iam.call("CreatePolicyVersion", { PolicyArn, PolicyDocument: readRoles });
    expect(await iam.refused("DeletePolicy", { PolicyArn })).toMatch(
      /^409 DeleteConflict: This policy has more than one version\./,
    );
    await iam.newUser("bob");
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn });
    expect(await iam.refused("DeletePolicy", { PolicyArn })).toBe(
      "409 DeleteConflict: Cannot delete a policy attached to entities.",
    );
    await iam.call("DetachUserPolicy", { UserName: "bob", PolicyArn });
    await iam.call("DeletePolicyVersion", { PolicyArn, VersionId: "v2" });
    await iam.call("DeletePolicy", { PolicyArn });
    expect(await iam.refused("GetPolicy", { PolicyArn })).toContain("NoSuchEntity");
  });

  test("are left to those who may: the resource is the policy", async () => {
    const PolicyArn = await newPolicy();
    const caller = await iam.callerWith(await iam.newUser("bob"));
    expect(await iam.refused("GetPolicy", { PolicyArn }, caller)).toBe(
      "403 AccessDenied: User: arn:aws:iam::111122223333:user/bob is not authorized to perform: " +
        `iam:GetPolicy on resource: ${PolicyArn} because no identity-based policy allows the ` +
        "iam:GetPolicy action",
    );
    const identityPolicies = [
      policyOf({ Effect: "Allow", Action: "iam:GetPolicy", Resource: PolicyArn }),
    ];
    expect(
      await iam.call("GetPolicy", { PolicyArn }, { ...caller, identityPolicies }),
    ).toBeDefined();
  });
});

describe("attached policies", () => {
  test("count from the answer on, and so does whatever their version in effect says", async () => {
    const accessKeyId = await iam.newUser("bob");
    const may = async (operation: string) => {
      const caller = await iam.callerWith(accessKeyId);
      return await iam.call(operation, {}, caller).then(
        () => true,
        () => false,
      );
    };
    expect(await may("ListUsers")).toBe(false);
    const PolicyArn = await newPolicy();
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn });
    expect([await may("ListUsers"), await may("ListRoles")]).toEqual([true, false]);
    const version = { PolicyArn, PolicyDocument: readRoles, SetAsDefault: "true" };
    await iam.call("CreatePolicyVersion", version);
    expect([await may("ListUsers"), await may("ListRoles")]).toEqual([false, true]);
    await iam.call("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
    expect([await may("ListUsers"), await may("ListRoles")]).toEqual([true, false]);
    await iam.call("DetachUserPolicy", { UserName: "bob", PolicyArn });
    expect(await may("ListUsers")).toBe(false);
  });

  test("do not make the vault derive a signing key again", async () => {
    const accessKeyId = await iam.newUser("bob");
    const PolicyArn = await newPolicy();
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn });
    const { accessKeyDirectory } = await import("./access-key-directory.ts");
    const directory = accessKeyDirectory(iam.bench);
    const scope = { accessKeyId, date: "20300102", region: "us-east-1", service: "kms" };
    await directory.findSigningCredential(scope);
    const derived = iam.bench.derivations();
    const version = { PolicyArn, PolicyDocument: readRoles, SetAsDefault: "true" };
    await iam.call("CreatePolicyVersion", version);
    const credential = await directory.findSigningCredential(scope);
    expect(credential?.caller.identityPolicies).toEqual([readRoles]);
    expect(iam.bench.derivations()).toBe(derived);
  });

  test("are listed by user and by policy, attached once however often", async () => {
    await iam.newUser("bob");
    const PolicyArn = await newPolicy("Zeta");
    for (const arn of [PolicyArn, administrator, PolicyArn]) {
      await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn: arn });
    }
    expect(await iam.call("ListAttachedUserPolicies", { UserName: "bob" })).toEqual({
      AttachedPolicies: [
        { PolicyName: "AdministratorAccess", PolicyArn: administrator },
        { PolicyName: "Zeta", PolicyArn },
      ],
      IsTruncated: false,
    });
    expect(await iam.call("GetPolicy", { PolicyArn })).toMatchObject({
      Policy: { AttachmentCount: 1 },
    });
    const onlyAttached = { OnlyAttached: "true", Scope: "AWS" };
    expect(await iam.call("ListPolicies", onlyAttached)).toMatchObject({
      Policies: [{ PolicyName: "AdministratorAccess", AttachmentCount: 1 }],
    });
    const { User } = await iam.call("GetUser", { UserName: "bob" });
    const { UserId } = User as { readonly UserId: string };
    const entities = await iam.call("ListEntitiesForPolicy", { PolicyArn });
    expect(entities).toEqual({
      PolicyGroups: [],
      PolicyUsers: [{ UserName: "bob", UserId }],
      PolicyRoles: [],
      IsTruncated: false,
    });
    const boundaries = { PolicyArn, PolicyUsageFilter: "PermissionsBoundary" };
    expect(await iam.call("ListEntitiesForPolicy", boundaries)).toMatchObject({ PolicyUsers: [] });
    const roles = { PolicyArn, EntityFilter: "Role" };
    expect(await iam.call("ListEntitiesForPolicy", roles)).toMatchObject({ PolicyUsers: [] });
  });

  test("are ten at most", async () => {
    await iam.newUser("bob");
    for (let count = 0; count < 10; count += 1) {
      const PolicyArn = await newPolicy(`p${count}`);
      await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn });
    }
    const PolicyArn = administrator;
    expect(await iam.refused("AttachUserPolicy", { UserName: "bob", PolicyArn })).toBe(
      "409 LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10",
    );
  });

  test("have to be there", async () => {
    await iam.newUser("bob");
    const PolicyArn = arnOf("none");
    for (const operation of ["AttachUserPolicy", "DetachUserPolicy"]) {
      expect(await iam.refused(operation, { UserName: "bob", PolicyArn })).toBe(
        `404 NoSuchEntity: Policy ${PolicyArn} does not exist or is not attachable.`,
      );
    }
    const detached = { UserName: "bob", PolicyArn: administrator };
    expect(await iam.refused("DetachUserPolicy", detached)).toBe(
      `404 NoSuchEntity: Policy ${administrator} was not found.`,
    );
  });

  test("keep their user from being deleted", async () => {
    await iam.call("CreateUser", { UserName: "bob" });
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn: administrator });
    expect(await iam.refused("DeleteUser", { UserName: "bob" })).toBe(
      "409 DeleteConflict: Cannot delete entity, must detach all policies first.",
    );
    await iam.call("DetachUserPolicy", { UserName: "bob", PolicyArn: administrator });
    await iam.call("DeleteUser", { UserName: "bob" });
  });

  test("are never left with a policy that is gone, whoever comes first", async () => {
    await iam.newUser("bob");
    for (let round = 0; round < 5; round += 1) {
      const PolicyArn = await newPolicy(`p${round}`);
      const outcomes = await Promise.allSettled([
        iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn }),
        iam.call("DeletePolicy", { PolicyArn }),
      ]);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await iam.call("DetachUserPolicy", { UserName: "bob", PolicyArn }).catch(() => undefined);
    }
  });

  test("are on record with who asked for what", async () => {
    await iam.newUser("bob");
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn: administrator });
    expect((await iam.bench.records()).at(-1)).toMatchObject({
      eventName: "AttachUserPolicy",
      readOnly: false,
      requestParameters: { policyArn: administrator, userName: "bob" },
      responseElements: null,
    });
  });
});

test("a caller whose policy is missing is an error, not a caller without it", async () => {
  const accessKeyId = await iam.newUser("bob");
  const { User } = await iam.call("GetUser", { UserName: "bob" });
  const { UserId } = User as { readonly UserId: string };
  const user = await iam.bench.store.findUser(UserId);
  if (user === undefined) throw new Error("bob is not there");
  const gone = { attachedPolicies: ["ANPAAAAAAAAAAAAAAAAAA"], rowVersion: user.rowVersion + 1 };
  await iam.bench.store.commit([{ kind: "update", table: "users", record: { ...user, ...gone } }]);
  await expect(iam.callerWith(accessKeyId)).rejects.toThrow("is in use and missing");
});
