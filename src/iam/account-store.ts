import type { Store } from "../store/store.ts";

/** The part of the store that accounts and access keys live in. */
export type AccountStore = Pick<
  Store,
  | "findAccount"
  | "listAccounts"
  | "findAccessKey"
  | "listAccessKeys"
  | "listAccessKeysOf"
  | "findUser"
  | "findUserNamed"
  | "listUsers"
  | "findRole"
  | "findRoleNamed"
  | "listRoles"
  | "findGroup"
  | "findGroupNamed"
  | "listGroups"
  | "findManagedPolicy"
  | "findManagedPolicyNamed"
  | "listManagedPolicies"
  | "listLinked"
  | "countLinked"
  | "commit"
  | "settle"
>;
