import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type IamCustomer,
  nowMs,
  openIamCustomer,
  policyOf,
  statement,
} from "../../test/iam-customer.ts";

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const team = { GroupName: "team" };
const bobInTeam = { ...team, UserName: "bob" };
const listUsers = policyOf(statement("Allow", "iam:ListUsers"));

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

async function outcome(operation: string, accessKeyId: string): Promise<string> {
  const caller = await iam.callerWith(accessKeyId);
  return await iam.call(operation, {}, caller).then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
}

const notAllowed = (action: string) =>
  `User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:${action} on ` +
  `resource: arn:aws:iam::111122223333:user/ because no identity-based policy allows the ` +
  `iam:${action} action`;

const conflict = (what: string) => `409 DeleteConflict: Cannot delete entity, must ${what}`;

describe("groups", () => {
  test("are created, found whatever the case of their name, and listed", async () => {
    const { Group } = await iam.call("CreateGroup", { GroupName: "Team", Path: "/x/" });
    expect(Group).toEqual({
      Path: "/x/",
      GroupName: "Team",
      GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/) as string,
      Arn: "arn:aws:iam::111122223333:group/x/Team",
      CreateDate: new Date(nowMs),
    });
    const found = { Group, Users: [], IsTruncated: false };
    expect(await iam.call("GetGroup", { GroupName: "tEAM" })).toEqual(found);
    expect(await iam.call("ListGroups")).toEqual({ Groups: [Group], IsTruncated: false });
    expect(await iam.call("ListGroups", { PathPrefix: "/y/" })).toMatchObject({ Groups: [] });
  });

  test("may not have a name twice, whatever its case", async () => {
    await iam.call("CreateGroup", team);
    expect(await iam.refused("CreateGroup", { GroupName: "TEAM" })).toBe(
      "409 EntityAlreadyExists: Group with name TEAM already exists.",
    );
    await iam.call("CreateGroup", { GroupName: "other" });
    expect(await iam.refused("UpdateGroup", { GroupName: "other", NewGroupName: "team" })).toBe(
      "409 EntityAlreadyExists: Group with name team already exists.",
    );
  });

  test("keep their users and policies under another name", async () => {
    await iam.call("CreateGroup", team);
    const accessKeyId = await iam.newUser("bob");
    await iam.call("AddUserToGroup", bobInTeam);
    await iam.call("PutGroupPolicy", { ...team, PolicyName: "p", PolicyDocument: listUsers });
    await iam.call("UpdateGroup", { ...team, NewGroupName: "crew", NewPath: "/c/" });
    expect(await iam.call("ListGroupsForUser", { UserName: "bob" })).toMatchObject({
      Groups: [{ GroupName: "crew", Path: "/c/" }],
    });
    expect(await outcome("ListUsers", accessKeyId)).toBe("allowed");
  });

  test("have users, who are listed page by page", async () => {
    await iam.call("CreateGroup", team);
    for (const UserName of ["a", "b", "c"]) {
      await iam.call("CreateUser", { UserName });
      await iam.call("AddUserToGroup", { ...team, UserName });
      await iam.call("AddUserToGroup", { ...team, UserName });
    }
    const first = await iam.call("GetGroup", { ...team, MaxItems: "2" });
    const { Marker } = first as { readonly Marker: string };
    const second = await iam.call("GetGroup", { ...team, Marker });
    expect([first["IsTruncated"], second["IsTruncated"]]).toEqual([true, false]);
    const users = [first, second].flatMap(({ Users }) => Users as readonly { UserName: string }[]);
    expect(users.map(({ UserName }) => UserName).toSorted()).toEqual(["a", "b", "c"]);
    await iam.call("RemoveUserFromGroup", { ...team, UserName: "a" });
    const { Users } = await iam.call("GetGroup", team);
    expect(Users).toHaveLength(2);
  });

  test("give their users what their policies allow, from the answer on", async () => {
    const accessKeyId = await iam.newUser("bob");
    await iam.call("CreateGroup", team);
    await iam.call("PutGroupPolicy", { ...team, PolicyName: "p", PolicyDocument: listUsers });
    expect(await outcome("ListUsers", accessKeyId)).toBe(notAllowed("ListUsers"));
    await iam.call("AddUserToGroup", bobInTeam);
    expect(await outcome("ListUsers", accessKeyId)).toBe("allowed");
    await iam.call("DeleteGroupPolicy", { ...team, PolicyName: "p" });
    expect(await outcome("ListUsers", accessKeyId)).toBe(notAllowed("ListUsers"));
    await iam.call("AttachGroupPolicy", { ...team, PolicyArn: administrator });
    expect(await outcome("ListUsers", accessKeyId)).toBe("allowed");
    await iam.call("RemoveUserFromGroup", bobInTeam);
    expect(await outcome("ListUsers", accessKeyId)).toBe(notAllowed("ListUsers"));
  });

  test("deny their users what their policies deny", async () => {
    const accessKeyId = await iam.newUser("bob");
    await iam.call("AttachUserPolicy", { UserName: "bob", PolicyArn: administrator });
    await iam.call("CreateGroup", team);
    const PolicyDocument = policyOf(statement("Deny", "iam:List*"));
    await iam.call("PutGroupPolicy", { ...team, PolicyName: "p", PolicyDocument });
    await iam.call("AddUserToGroup", bobInTeam);
    expect(await outcome("ListUsers", accessKeyId)).toContain(
      "with an explicit deny in an identity-based policy",
    );
  });

  test("show their policies", async () => {
    await iam.call("CreateGroup", team);
    const named = { ...team, PolicyName: "p" };
    await iam.call("PutGroupPolicy", { ...named, PolicyDocument: listUsers });
    expect(await iam.call("GetGroupPolicy", named)).toEqual({
      GroupName: "team",
      PolicyName: "p",
      PolicyDocument: encodeURIComponent(listUsers).replaceAll("*", "%2A"),
    });
    const names = { PolicyNames: ["p"], IsTruncated: false };
    expect(await iam.call("ListGroupPolicies", team)).toEqual(names);
    await iam.call("AttachGroupPolicy", { ...team, PolicyArn: administrator });
    expect(await iam.call("ListAttachedGroupPolicies", team)).toEqual({
      AttachedPolicies: [{ PolicyName: "AdministratorAccess", PolicyArn: administrator }],
      IsTruncated: false,
    });
    const entities = await iam.call("ListEntitiesForPolicy", { PolicyArn: administrator });
    expect(entities).toMatchObject({ PolicyGroups: [{ GroupName: "team" }], PolicyUsers: [] });
    await iam.call("DetachGroupPolicy", { ...team, PolicyArn: administrator });
    const none = { AttachedPolicies: [] };
    expect(await iam.call("ListAttachedGroupPolicies", team)).toMatchObject(none);
  });

  test("are not deleted while they have policies or users", async () => {
    await iam.newUser("bob");
    await iam.call("CreateGroup", team);
    const policy = { ...team, PolicyName: "p" };
    await iam.call("PutGroupPolicy", { ...policy, PolicyDocument: listUsers });
    await iam.call("AttachGroupPolicy", { ...team, PolicyArn: administrator });
    await iam.call("AddUserToGroup", bobInTeam);
    expect(await iam.refused("DeleteGroup", team)).toBe(conflict("delete policies first."));
    await iam.call("DeleteGroupPolicy", policy);
    expect(await iam.refused("DeleteGroup", team)).toBe(conflict("detach all policies first."));
    await iam.call("DetachGroupPolicy", { ...team, PolicyArn: administrator });
    const members = conflict("remove users from group first.");
    expect(await iam.refused("DeleteGroup", team)).toBe(members);
    expect(await iam.refused("DeleteUser", { UserName: "bob" })).toContain("DeleteConflict");
    await iam.call("RemoveUserFromGroup", bobInTeam);
    await iam.call("DeleteGroup", team);
    expect(await iam.refused("GetGroup", team)).toBe(
      "404 NoSuchEntity: The group with name team cannot be found.",
    );
  });

  test("keep a user that is in one from being deleted", async () => {
    await iam.call("CreateUser", { UserName: "bob" });
    await iam.call("CreateGroup", team);
    await iam.call("AddUserToGroup", bobInTeam);
    expect(await iam.refused("DeleteUser", { UserName: "bob" })).toBe(
      "409 DeleteConflict: Cannot delete entity, must remove users from group first.",
    );
  });

  test("take nobody who is not there, and lose nobody who is not in them", async () => {
    await iam.call("CreateGroup", team);
    for (const operation of ["AddUserToGroup", "RemoveUserFromGroup"]) {
      expect(await iam.refused(operation, bobInTeam)).toBe(
        "404 NoSuchEntity: The user with name bob cannot be found.",
      );
    }
    await iam.call("CreateUser", { UserName: "bob" });
    expect(await iam.refused("RemoveUserFromGroup", bobInTeam)).toBe(
      "404 NoSuchEntity: User bob not in group team",
    );
    expect(await iam.refused("GetGroupPolicy", { ...team, PolicyName: "p" })).toBe(
      "404 NoSuchEntity: The group policy with name p cannot be found.",
    );
  });

  test("are ten at most for one user, with ten policies each", async () => {
    await iam.call("CreateUser", { UserName: "bob" });
    const join = async (GroupName: string) => {
      await iam.call("CreateGroup", { GroupName });
      return { GroupName, UserName: "bob" };
    };
    for (let count = 0; count < 10; count += 1) {
      await iam.call("AddUserToGroup", await join(`g${count}`));
    }
    expect(await iam.refused("AddUserToGroup", await join("g10"))).toBe(
      "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10",
    );
    await iam.call("CreateGroup", team);
    for (let count = 0; count < 10; count += 1) {
      const policy = { PolicyName: `p${count}`, PolicyDocument: listUsers };
      const { Policy } = await iam.call("CreatePolicy", policy);
      const PolicyArn = (Policy as { readonly Arn: string }).Arn;
      await iam.call("AttachGroupPolicy", { ...team, PolicyArn });
    }
    expect(await iam.refused("AttachGroupPolicy", { ...team, PolicyArn: administrator })).toBe(
      "409 LimitExceeded: Cannot exceed quota for PoliciesPerGroup: 10",
    );
  });

  test("have room for 5,120 characters of inline policies", async () => {
    await iam.call("CreateGroup", team);
    const PolicyDocument = policyOf(statement("Allow", `iam:${"a".repeat(5_120)}`));
    expect(await iam.refused("PutGroupPolicy", { ...team, PolicyName: "p", PolicyDocument })).toBe(
      "409 LimitExceeded: Maximum policy size of 5120 bytes exceeded for group team",
    );
  });

  test("that are not there look like those a caller may not see", async () => {
    const caller = await iam.callerWith(await iam.newUser("bob"));
    const unseen = await iam.refused("GetGroup", team, caller);
    await iam.call("CreateGroup", { ...team, Path: "/x/" });
    expect(await iam.refused("GetGroup", team, caller)).toBe(unseen);
    expect(unseen).toContain("on resource: arn:aws:iam::111122223333:group/team because");
  });

  test("are renamed only by those who may have them so", async () => {
    await iam.call("CreateGroup", team);
    const Resource = "arn:aws:iam::111122223333:group/team";
    const identityPolicies = [policyOf({ Effect: "Allow", Action: "iam:UpdateGroup", Resource })];
    const caller = { ...(await iam.callerWith(await iam.newUser("bob"))), identityPolicies };
    const renamed = { ...team, NewGroupName: "admins" };
    expect(await iam.refused("UpdateGroup", renamed, caller)).toContain("group/admins");
  });
});
