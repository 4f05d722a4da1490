/** Managed policies and boundaries of roles, as the sessions of the role feel them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accountId, openStsBench, type StsBench } from "../../../test/sts-bench.ts";
import { policyOf, statement } from "../../../test/iam-customer.ts";
import type { Caller } from "../../service/caller.ts";
import type { JsonObject, QueryOutput } from "../../service/service.ts";

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const app = { RoleName: "App" };
const readUsers = policyOf(statement("Allow", "iam:ListUsers"));
const readRoles = policyOf(statement("Allow", "iam:ListRoles"));

let bench: StsBench;
let credentials: QueryOutput;
beforeAll(async () => {
  bench = await openStsBench();
});
beforeEach(async () => {
  await bench.reset();
  const record = { accountId, name: "one", createdAtMs: 1_000, rowVersion: 1 };
  await bench.store.commit([{ kind: "insert", table: "accounts", record }]);
  const bob = await bench.user("bob");
  const RoleArn = await bench.role("App", { Effect: "Allow", Principal: { AWS: bob.arn } });
  credentials = await bench.sts("AssumeRole", { RoleArn, RoleSessionName: "one" }, bob);
});
afterAll(async () => {
  await bench.close();
});

async function session(): Promise<Caller> {
  const caller = await bench.sessionOf(credentials);
  if (caller === undefined) throw new Error("the session is unknown");
  return caller;
}

async function newPolicy(PolicyName: string, PolicyDocument: string): Promise<string> {
  const { Policy } = await bench.iam("CreatePolicy", { PolicyName, PolicyDocument });
  return (Policy as { readonly Arn: string }).Arn;
}

async function refusal(operation: string, input: JsonObject): Promise<string> {
  const error: unknown = await bench.iam(operation, input).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message : "no refusal";
}

describe("the session of a role", () => {
  test("has the managed policies of the role, from the answer on", async () => {
    const PolicyArn = await newPolicy("p", readUsers);
    expect(await session()).toMatchObject({ identityPolicies: [] });
    await bench.iam("AttachRolePolicy", { ...app, PolicyArn });
    expect(await session()).toMatchObject({ identityPolicies: [readUsers] });
    const version = { PolicyArn, PolicyDocument: readRoles, SetAsDefault: "true" };
    await bench.iam("CreatePolicyVersion", version);
    expect(await session()).toMatchObject({ identityPolicies: [readRoles] });
    await bench.iam("DetachRolePolicy", { ...app, PolicyArn });
    expect(await session()).toMatchObject({ identityPolicies: [] });
  });

  test("is within the boundary of the role, from the answer on", async () => {
    const PermissionsBoundary = await newPolicy("limit", readUsers);
    await bench.iam("PutRolePermissionsBoundary", { ...app, PermissionsBoundary });
    expect(await session()).toMatchObject({ permissionsBoundary: readUsers });
    await bench.iam("DeleteRolePermissionsBoundary", app);
    expect(await session()).not.toHaveProperty("permissionsBoundary");
  });

  test("is still one session: its expiry and its name stay", async () => {
    const before = await session();
    await bench.iam("AttachRolePolicy", { ...app, PolicyArn: administrator });
    const { identityPolicies: _texts, ...after } = await session();
    expect(before).toMatchObject(after);
    const { AccessKeyId, SessionToken } = credentials["Credentials"] as Record<string, string>;
    const scope = { date: "20300102", region: "us-east-1", service: "sts" };
    const asked = {
      ...scope,
      accessKeyId: String(AccessKeyId),
      sessionToken: String(SessionToken),
    };
    const credential = await bench.accessKeys.findSigningCredential(asked);
    expect(credential?.expiresAtMs).toBe(bench.nowMs + 3_600_000);
  });
});

describe("a role", () => {
  test("shows its managed policies and its boundary", async () => {
    await bench.iam("AttachRolePolicy", { ...app, PolicyArn: administrator });
    expect(await bench.iam("ListAttachedRolePolicies", app)).toEqual({
      AttachedPolicies: [{ PolicyName: "AdministratorAccess", PolicyArn: administrator }],
      IsTruncated: false,
    });
    const boundary = {
      PermissionsBoundary: {
        PermissionsBoundaryType: "Policy",
        PermissionsBoundaryArn: administrator,
      },
    };
    await bench.iam("PutRolePermissionsBoundary", { ...app, PermissionsBoundary: administrator });
    expect(await bench.iam("GetRole", app)).toMatchObject({ Role: boundary });
    const created = await bench.iam("CreateRole", {
      RoleName: "Other",
      PermissionsBoundary: administrator,
      AssumeRolePolicyDocument: policyOf({
        Effect: "Allow",
        Principal: { AWS: accountId },
        Action: "sts:AssumeRole",
      }),
    });
    expect(created).toMatchObject({ Role: boundary });
    const entities = { PolicyArn: administrator };
    expect(await bench.iam("ListEntitiesForPolicy", entities)).toMatchObject({
      PolicyRoles: expect.arrayContaining([
        expect.objectContaining({ RoleName: "App" }),
        expect.objectContaining({ RoleName: "Other" }),
      ]) as unknown,
    });
    expect(await bench.iam("GetPolicy", entities)).toMatchObject({
      Policy: { AttachmentCount: 1, PermissionsBoundaryUsageCount: 2 },
    });
  });

  test("is not deleted while a policy is attached", async () => {
    await bench.iam("AttachRolePolicy", { ...app, PolicyArn: administrator });
    expect(await refusal("DeleteRole", app)).toBe(
      "Cannot delete entity, must detach all policies first.",
    );
    await bench.iam("DetachRolePolicy", { ...app, PolicyArn: administrator });
    expect(await refusal("DetachRolePolicy", { ...app, PolicyArn: administrator })).toBe(
      `Policy ${administrator} was not found.`,
    );
    await bench.iam("DeleteRole", app);
  });

  test("has ten managed policies at most", async () => {
    for (let count = 0; count < 10; count += 1) {
      const PolicyArn = await newPolicy(`p${count}`, readUsers);
      await bench.iam("AttachRolePolicy", { ...app, PolicyArn });
    }
    expect(await refusal("AttachRolePolicy", { ...app, PolicyArn: administrator })).toBe(
      "Cannot exceed quota for PoliciesPerRole: 10",
    );
  });

  test("takes no boundary that is not there", async () => {
    const PermissionsBoundary = `arn:aws:iam::${accountId}:policy/none`;
    expect(await refusal("PutRolePermissionsBoundary", { ...app, PermissionsBoundary })).toBe(
      `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
    );
  });
});
