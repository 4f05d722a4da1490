/**
 * The steps from an empty database to today's schema. A released step is never changed:
 * add the next one.
 */
import { records } from "./0001-records.ts";
import { quotas } from "./0002-quotas.ts";
import { materialExpiry } from "./0003-material-expiry.ts";
import { grants } from "./0004-grants.ts";
import { clock } from "./0005-clock.ts";
import { customKeyStores } from "./0006-custom-key-stores.ts";
import { grantContexts } from "./0007-grant-contexts.ts";
import { users } from "./0008-users.ts";
import { roles } from "./0009-roles.ts";
import { policiesAndGroups } from "./0010-policies-and-groups.ts";
import { tokenKeyStores } from "./0011-token-key-stores.ts";

/** SQL statements that take the schema one version on, without BEGIN or COMMIT. */
export type Migration = string;

/** The first makes version 1, the second version 2, and so on. */
export const migrations: readonly Migration[] = [
  records,
  quotas,
  materialExpiry,
  grants,
  clock,
  customKeyStores,
  grantContexts,
  users,
  roles,
  policiesAndGroups,
  tokenKeyStores,
];
