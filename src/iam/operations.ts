/** Every operation of IAM that is answered, by its name on the wire. */
import type { IamOperation } from "./operation.ts";
import { createAccessKey } from "./operations/create-access-key.ts";
import { createUser } from "./operations/create-user.ts";
import { deleteAccessKey } from "./operations/delete-access-key.ts";
import { deleteUserPolicy } from "./operations/delete-user-policy.ts";
import { deleteUser } from "./operations/delete-user.ts";
import { getUserPolicy } from "./operations/get-user-policy.ts";
import { getUser } from "./operations/get-user.ts";
import { listAccessKeys } from "./operations/list-access-keys.ts";
import { listUserPolicies } from "./operations/list-user-policies.ts";
import { listUsers } from "./operations/list-users.ts";
import { putUserPolicy } from "./operations/put-user-policy.ts";
import { updateAccessKey } from "./operations/update-access-key.ts";
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
]);
