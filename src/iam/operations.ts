/** Every operation of IAM that is answered, by its name on the wire. */
import type { IamOperation } from "./operation.ts";
import { createAccessKey } from "./operations/create-access-key.ts";
import { createRole } from "./operations/create-role.ts";
import { createUser } from "./operations/create-user.ts";
import { deleteAccessKey } from "./operations/delete-access-key.ts";
import { deleteRolePolicy } from "./operations/delete-role-policy.ts";
import { deleteRole } from "./operations/delete-role.ts";
import { deleteUserPolicy } from "./operations/delete-user-policy.ts";
import { deleteUser } from "./operations/delete-user.ts";
import { getRolePolicy } from "./operations/get-role-policy.ts";
import { getRole } from "./operations/get-role.ts";
import { getUserPolicy } from "./operations/get-user-policy.ts";
import { getUser } from "./operations/get-user.ts";
import { listAccessKeys } from "./operations/list-access-keys.ts";
import { listRolePolicies } from "./operations/list-role-policies.ts";
import { listRoleTags } from "./operations/list-role-tags.ts";
import { listRoles } from "./operations/list-roles.ts";
import { listUserPolicies } from "./operations/list-user-policies.ts";
import { listUsers } from "./operations/list-users.ts";
import { putRolePolicy } from "./operations/put-role-policy.ts";
import { putUserPolicy } from "./operations/put-user-policy.ts";
import { tagRole } from "./operations/tag-role.ts";
import { untagRole } from "./operations/untag-role.ts";
import { updateAccessKey } from "./operations/update-access-key.ts";
import { updateAssumeRolePolicy } from "./operations/update-assume-role-policy.ts";
import { updateRoleDescription } from "./operations/update-role-description.ts";
import { updateRole } from "./operations/update-role.ts";
import { updateUser } from "./operations/update-user.ts";

/** A Map, so that no name is special. */
export const operations: ReadonlyMap<string, IamOperation> = new Map([
  ["CreateUser", createUser],
  ["GetUser", getUser],
  ["ListUsers", listUsers],
  ["UpdateUser", updateUser],
  ["DeleteUser", deleteUser],
  ["CreateAccessKey", createAccessKey],
  ["ListAccessKeys", listAccessKeys],
  ["UpdateAccessKey", updateAccessKey],
  ["DeleteAccessKey", deleteAccessKey],
  ["PutUserPolicy", putUserPolicy],
  ["GetUserPolicy", getUserPolicy],
  ["ListUserPolicies", listUserPolicies],
  ["DeleteUserPolicy", deleteUserPolicy],
  ["CreateRole", createRole],
  ["GetRole", getRole],
  ["ListRoles", listRoles],
  ["UpdateRole", updateRole],
  ["UpdateRoleDescription", updateRoleDescription],
  ["UpdateAssumeRolePolicy", updateAssumeRolePolicy],
  ["DeleteRole", deleteRole],
  ["PutRolePolicy", putRolePolicy],
  ["GetRolePolicy", getRolePolicy],
  ["ListRolePolicies", listRolePolicies],
  ["DeleteRolePolicy", deleteRolePolicy],
  ["TagRole", tagRole],
  ["UntagRole", untagRole],
  ["ListRoleTags", listRoleTags],
]);
