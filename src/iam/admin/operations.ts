/** Every operation of the admin service, by its name on the wire. */
import type { AdminOperation } from "./operation.ts";
import { createAccessKey } from "./operations/create-access-key.ts";
import { createAccount } from "./operations/create-account.ts";
import { deleteAccessKey } from "./operations/delete-access-key.ts";
import { listAccessKeys } from "./operations/list-access-keys.ts";
import { listAccounts } from "./operations/list-accounts.ts";
import { updateAccessKey } from "./operations/update-access-key.ts";

/** A Map, so that no name is special. */
export const operations: ReadonlyMap<string, AdminOperation> = new Map([
  ["CreateAccount", createAccount],
  ["ListAccounts", listAccounts],
  ["CreateAccessKey", createAccessKey],
  ["ListAccessKeys", listAccessKeys],
  ["UpdateAccessKey", updateAccessKey],
  ["DeleteAccessKey", deleteAccessKey],
]);
