/** Every operation of IAM that is answered, by its name on the wire. */
import type { IamOperation } from "./operation.ts";
import { addUserToGroup } from "./operations/add-user-to-group.ts";
import { attachGroupPolicy } from "./operations/attach-group-policy.ts";
import { attachRolePolicy } from "./operations/attach-role-policy.ts";
import { attachUserPolicy } from "./operations/attach-user-policy.ts";
import { createAccessKey } from "./operations/create-access-key.ts";
import { createGroup } from "./operations/create-group.ts";
import { createPolicy } from "./operations/create-policy.ts";
import { createPolicyVersion } from "./operations/create-policy-version.ts";
import { createRole } from "./operations/create-role.ts";
import { createUser } from "./operations/create-user.ts";
import { deleteAccessKey } from "./operations/delete-access-key.ts";
import { deleteGroup } from "./operations/delete-group.ts";
import { deleteGroupPolicy } from "./operations/delete-group-policy.ts";
import { deletePolicy } from "./operations/delete-policy.ts";
import { deletePolicyVersion } from "./operations/delete-policy-version.ts";
import { deleteRole } from "./operations/delete-role.ts";
import { deleteRolePermissionsBoundary } from "./operations/delete-role-permissions-boundary.ts";
import { deleteRolePolicy } from "./operations/delete-role-policy.ts";
import { deleteUser } from "./operations/delete-user.ts";
import { deleteUserPermissionsBoundary } from "./operations/delete-user-permissions-boundary.ts";
import { deleteUserPolicy } from "./operations/delete-user-policy.ts";
import { detachGroupPolicy } from "./operations/detach-group-policy.ts";
import { detachRolePolicy } from "./operations/detach-role-policy.ts";
import { detachUserPolicy } from "./operations/detach-user-policy.ts";
import { getGroup } from "./operations/get-group.ts";
import { getGroupPolicy } from "./operations/get-group-policy.ts";
import { getPolicy } from "./operations/get-policy.ts";
import { getPolicyVersion } from "./operations/get-policy-version.ts";
import { getRole } from "./operations/get-role.ts";
import { getRolePolicy } from "./operations/get-role-policy.ts";
import { getUser } from "./operations/get-user.ts";
import { getUserPolicy } from "./operations/get-user-policy.ts";
import { listAccessKeys } from "./operations/list-access-keys.ts";
import { listAttachedGroupPolicies } from "./operations/list-attached-group-policies.ts";
import { listAttachedRolePolicies } from "./operations/list-attached-role-policies.ts";
import { listAttachedUserPolicies } from "./operations/list-attached-user-policies.ts";
import { listEntitiesForPolicy } from "./operations/list-entities-for-policy.ts";
import { listGroupPolicies } from "./operations/list-group-policies.ts";
import { listGroups } from "./operations/list-groups.ts";
import { listGroupsForUser } from "./operations/list-groups-for-user.ts";
import { listPolicies } from "./operations/list-policies.ts";
import { listPolicyVersions } from "./operations/list-policy-versions.ts";
import { listRolePolicies } from "./operations/list-role-policies.ts";
import { listRoleTags } from "./operations/list-role-tags.ts";
import { listRoles } from "./operations/list-roles.ts";
import { listUserPolicies } from "./operations/list-user-policies.ts";
import { listUsers } from "./operations/list-users.ts";
import { putGroupPolicy } from "./operations/put-group-policy.ts";
import { putRolePermissionsBoundary } from "./operations/put-role-permissions-boundary.ts";
import { putRolePolicy } from "./operations/put-role-policy.ts";
import { putUserPermissionsBoundary } from "./operations/put-user-permissions-boundary.ts";
import { putUserPolicy } from "./operations/put-user-policy.ts";
import { removeUserFromGroup } from "./operations/remove-user-from-group.ts";
import { setDefaultPolicyVersion } from "./operations/set-default-policy-version.ts";
import { tagRole } from "./operations/tag-role.ts";
import { untagRole } from "./operations/untag-role.ts";
import { updateAccessKey } from "./operations/update-access-key.ts";
import { updateAssumeRolePolicy } from "./operations/update-assume-role-policy.ts";
import { updateGroup } from "./operations/update-group.ts";
import { updateRole } from "./operations/update-role.ts";
import { updateRoleDescription } from "./operations/update-role-description.ts";
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
  ["CreatePolicy", createPolicy],
  ["GetPolicy", getPolicy],
  ["ListPolicies", listPolicies],
  ["DeletePolicy", deletePolicy],
  ["CreatePolicyVersion", createPolicyVersion],
  ["GetPolicyVersion", getPolicyVersion],
  ["ListPolicyVersions", listPolicyVersions],
  ["SetDefaultPolicyVersion", setDefaultPolicyVersion],
  ["DeletePolicyVersion", deletePolicyVersion],
  ["ListEntitiesForPolicy", listEntitiesForPolicy],
  ["AttachUserPolicy", attachUserPolicy],
  ["ListAttachedUserPolicies", listAttachedUserPolicies],
  ["DetachUserPolicy", detachUserPolicy],
  ["PutUserPermissionsBoundary", putUserPermissionsBoundary],
  ["DeleteUserPermissionsBoundary", deleteUserPermissionsBoundary],
  ["CreateGroup", createGroup],
  ["GetGroup", getGroup],
  ["ListGroups", listGroups],
  ["UpdateGroup", updateGroup],
  ["DeleteGroup", deleteGroup],
  ["AddUserToGroup", addUserToGroup],
  ["RemoveUserFromGroup", removeUserFromGroup],
  ["ListGroupsForUser", listGroupsForUser],
  ["PutGroupPolicy", putGroupPolicy],
  ["GetGroupPolicy", getGroupPolicy],
  ["ListGroupPolicies", listGroupPolicies],
  ["DeleteGroupPolicy", deleteGroupPolicy],
  ["AttachGroupPolicy", attachGroupPolicy],
  ["ListAttachedGroupPolicies", listAttachedGroupPolicies],
  ["DetachGroupPolicy", detachGroupPolicy],
  ["AttachRolePolicy", attachRolePolicy],
  ["ListAttachedRolePolicies", listAttachedRolePolicies],
  ["DetachRolePolicy", detachRolePolicy],
  ["PutRolePermissionsBoundary", putRolePermissionsBoundary],
  ["DeleteRolePermissionsBoundary", deleteRolePermissionsBoundary],
]);
