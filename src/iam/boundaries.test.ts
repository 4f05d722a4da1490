import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type IamCustomer, openIamCustomer, policyOf, statement } from "../../test/iam-customer.ts";

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const bob = { UserName: "bob" };

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

async function newPolicy(...statements: readonly object[]): Promise<string> {
  const policy = { PolicyName: "limit", PolicyDocument: policyOf(...statements) };
  const { Policy } = await iam.call("CreatePolicy", policy);
  return (Policy as { readonly Arn: string }).Arn;
}

async function outcome(operation: string, accessKeyId: string, input = {}): Promise<string> {
  const caller = await iam.callerWith(accessKeyId);
  return await iam.call(operation, input, caller).then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
}

describe("a permissions boundary", () => {
  test("limits what all other policies allow, from the answer on", async () => {
    const accessKeyId = await iam.newUser("bob");
    await iam.call("AttachUserPolicy", { ...bob, PolicyArn: administrator });
    const PermissionsBoundary = await newPolicy(statement("Allow", "iam:ListRoles"));
    await iam.call("PutUserPermissionsBoundary", { ...bob, PermissionsBoundary });
    expect(await outcome("ListRoles", accessKeyId)).toBe("allowed");
    expect(await outcome("ListUsers", accessKeyId)).toBe(
      "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:ListUsers on " +
        "resource: arn:aws:iam::111122223333:user/ because no permissions boundary allows the " +
        "iam:ListUsers action",
    );
    await iam.call("DeleteUserPermissionsBoundary", bob);
    await iam.call("DeleteUserPermissionsBoundary", bob);
    expect(await outcome("ListUsers", accessKeyId)).toBe("allowed");
  });

  test("allows nothing by itself", async () => {
    const accessKeyId = await iam.newUser("bob", { PermissionsBoundary: administrator });
    expect(await outcome("ListUsers", accessKeyId)).toContain(
      "because no identity-based policy allows",
    );
  });

  test("limits what groups give", async () => {
    const PermissionsBoundary = await newPolicy(statement("Allow", "iam:ListRoles"));
    const accessKeyId = await iam.newUser("bob", { PermissionsBoundary });
    await iam.call("CreateGroup", { GroupName: "team" });
    await iam.call("AttachGroupPolicy", { GroupName: "team", PolicyArn: administrator });
    await iam.call("AddUserToGroup", { GroupName: "team", ...bob });
    expect(await outcome("ListRoles", accessKeyId)).toBe("allowed");
    expect(await outcome("ListUsers", accessKeyId)).toContain("no permissions boundary allows");
  });

  test("that denies says so", async () => {
    const everything = statement("Allow", "*");
    const PermissionsBoundary = await newPolicy(everything, statement("Deny", "iam:ListUsers"));
    const accessKeyId = await iam.newUser("bob", { PermissionsBoundary });
    await iam.call("AttachUserPolicy", { ...bob, PolicyArn: administrator });
    expect(await outcome("ListUsers", accessKeyId)).toContain(
      "with an explicit deny in a permissions boundary",
    );
  });

  test("follows the version of its policy that is in effect", async () => {
    const PermissionsBoundary = await newPolicy(statement("Allow", "iam:ListRoles"));
    const accessKeyId = await iam.newUser("bob", { PermissionsBoundary });
    await iam.call("AttachUserPolicy", { ...bob, PolicyArn: administrator });
    await iam.call("CreatePolicyVersion", {
      PolicyArn: PermissionsBoundary,
      PolicyDocument: policyOf(statement("Allow", "iam:ListUsers")),
      SetAsDefault: "true",
    });
    expect(await outcome("ListUsers", accessKeyId)).toBe("allowed");
    expect(await outcome("ListRoles", accessKeyId)).toContain("no permissions boundary allows");
  });

  test("is shown with its user, and counted at its policy", async () => {
    const shown = {
      PermissionsBoundary: {
        PermissionsBoundaryType: "Policy",
        PermissionsBoundaryArn: administrator,
      },
    };
    const created = await iam.call("CreateUser", { ...bob, PermissionsBoundary: administrator });
    expect(created).toMatchObject({ User: shown });
    expect(await iam.call("GetUser", bob)).toMatchObject({ User: shown });
    const PolicyArn = administrator;
    expect(await iam.call("GetPolicy", { PolicyArn })).toMatchObject({
      Policy: { AttachmentCount: 0, PermissionsBoundaryUsageCount: 1 },
    });
    const users = { PolicyUsers: [{ UserName: "bob" }] };
    expect(await iam.call("ListEntitiesForPolicy", { PolicyArn })).toMatchObject(users);
    const asPolicy = { PolicyArn, PolicyUsageFilter: "PermissionsPolicy" };
    expect(await iam.call("ListEntitiesForPolicy", asPolicy)).toMatchObject({ PolicyUsers: [] });
    const asBoundary = { Scope: "All", PolicyUsageFilter: "PermissionsBoundary" };
    expect(await iam.call("ListPolicies", asBoundary)).toMatchObject({
      Policies: [{ PolicyName: "AdministratorAccess" }],
    });
  });

  test("keeps its policy from being deleted, and its user not", async () => {
    const PermissionsBoundary = await newPolicy(statement("Allow", "iam:ListRoles"));
    await iam.call("CreateUser", { ...bob, PermissionsBoundary });
    expect(await iam.refused("DeletePolicy", { PolicyArn: PermissionsBoundary })).toBe(
      "409 DeleteConflict: Cannot delete a policy attached to entities.",
    );
    await iam.call("DeleteUser", bob);
    await iam.call("DeletePolicy", { PolicyArn: PermissionsBoundary });
  });

  test("has to be there", async () => {
    await iam.call("CreateUser", bob);
    const PermissionsBoundary = "arn:aws:iam::111122223333:policy/none";
    expect(await iam.refused("PutUserPermissionsBoundary", { ...bob, PermissionsBoundary })).toBe(
      `404 NoSuchEntity: Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
    );
    const noArn = { ...bob, PermissionsBoundary: "not an ARN, but long enough" };
    expect(await iam.refused("PutUserPermissionsBoundary", noArn)).toBe(
      "400 ValidationError: Invalid ARN:  Could not be parsed!",
    );
  });
});

describe("who may give others permissions, within a boundary", () => {
  let limit: string;
  let accessKeyId: string;
  beforeEach(async () => {
    limit = await newPolicy(statement("Allow", "kms:*"));
    const within = { Condition: { StringEquals: { "iam:PermissionsBoundary": limit } } };
    const limited = [
      "iam:CreateUser",
      "iam:PutUserPermissionsBoundary",
      "iam:AttachUserPolicy",
      "iam:DetachUserPolicy",
      "iam:PutUserPolicy",
      "iam:DeleteUserPolicy",
    ];
    accessKeyId = await iam.newUser("boss");
    await iam.call("PutUserPolicy", {
      UserName: "boss",
      PolicyName: "delegated",
      PolicyDocument: policyOf({ ...statement("Allow", limited), ...within }),
    });
  });

  test("makes users within it, and no others", async () => {
    const other = { ...bob, PermissionsBoundary: administrator };
    expect(await outcome("CreateUser", accessKeyId, bob)).toContain("not authorized");
    expect(await outcome("CreateUser", accessKeyId, other)).toContain("not authorized");
    const within = { ...bob, PermissionsBoundary: limit };
    expect(await outcome("CreateUser", accessKeyId, within)).toBe("allowed");
    expect(await outcome("PutUserPermissionsBoundary", accessKeyId, other)).toContain(
      "not authorized",
    );
    expect(await outcome("DeleteUserPermissionsBoundary", accessKeyId, bob)).toContain(
      "not authorized",
    );
  });

  test.each<[string, object]>([
    ["AttachUserPolicy", { PolicyArn: administrator }],
    ["DetachUserPolicy", { PolicyArn: administrator }],
    ["PutUserPolicy", { PolicyName: "p", PolicyDocument: policyOf(statement("Allow", "*")) }],
    ["DeleteUserPolicy", { PolicyName: "p" }],
  ])("may %s of those within it, and of nobody else", async (operation, more) => {
    await iam.call("CreateUser", { ...bob, PermissionsBoundary: limit });
    await iam.call("CreateUser", { UserName: "eve" });
    for (const user of [bob, { UserName: "eve" }]) {
      const all = policyOf(statement("Allow", "*"));
      await iam.call("PutUserPolicy", { ...user, PolicyName: "p", PolicyDocument: all });
      if (operation === "DetachUserPolicy") {
        await iam.call("AttachUserPolicy", { ...user, PolicyArn: administrator });
      }
    }
    expect(await outcome(operation, accessKeyId, { ...bob, ...more })).toBe("allowed");
    const outside = { UserName: "eve", ...more };
    expect(await outcome(operation, accessKeyId, outside)).toContain("not authorized");
  });

  test("may attach what a policy names, and nothing else", async () => {
    const only = { Condition: { ArnEquals: { "iam:PolicyARN": limit } } };
    await iam.call("PutUserPolicy", {
      UserName: "boss",
      PolicyName: "delegated",
      PolicyDocument: policyOf({ ...statement("Allow", "iam:Attach*"), ...only }),
    });
    await iam.call("CreateUser", bob);
    await iam.call("CreateGroup", { GroupName: "team" });
    for (const [operation, owner] of [
      ["AttachUserPolicy", bob],
      ["AttachGroupPolicy", { GroupName: "team" }],
    ] as const) {
      const allowed = { ...owner, PolicyArn: limit };
      expect(await outcome(operation, accessKeyId, allowed)).toBe("allowed");
      const other = { ...owner, PolicyArn: administrator };
      expect(await outcome(operation, accessKeyId, other)).toContain("not authorized");
    }
  });
});
