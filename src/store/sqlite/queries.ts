/** The reads, as prepared statements of one read-only connection. They are synchronous. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CustomKeyStoreName, GranteeTerms, GrantTerms, KeyName } from "../records.ts";
import { fromRow, type SqlValue } from "../rows.ts";
import type { LinkTarget, OutboxEntry, Page, Part, TableName, Tables } from "../store.ts";
import { columnName, type TableDescription, tables } from "../tables.ts";
import { isThis } from "./statements.ts";

const maxPageLength = 10_000;

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(database: DatabaseSync) {
  const select = selectsOf(database);
  return {
    find: findsOf(database),

    listAccounts: paged(select("accounts", "account_id > ? ORDER BY account_id LIMIT ?")),
    listAccessKeys: paged(
      select("accessKeys", "account_id = ? AND access_key_id > ? ORDER BY access_key_id LIMIT ?"),
    ),
    listAccessKeysOf: paged(
      select(
        "accessKeys",
        "account_id = ? AND user_id IS ? AND access_key_id > ? ORDER BY access_key_id LIMIT ?",
      ),
    ),
    ...identityQueries(database),
    listDomainKeys: select("domainKeys", "true ORDER BY number"),

    listKeyIds: paged(keyIdsOf(database)),
    listKeysDueForDeletion: dueKeysOf(database, "deletion_at_ms", "key_state = 'PendingDeletion'"),
    listKeysDueForRotation: dueKeysOf(
      database,
      "next_rotation_at_ms",
      "key_state = 'Enabled' AND (primary_region IS NULL OR primary_region = region)",
    ),
    listKeysOfId: select(
      "keys",
      "account_id = ? AND key_id = ? AND multi_region = 1 ORDER BY region",
    ),
    hasKeyMaterial: existsMaterial(database),
    listKeyMaterialsDueToExpire: partly(
      select(
        "keyMaterials",
        "valid_to_ms <= ? AND wrapped IS NOT NULL ORDER BY valid_to_ms LIMIT ? OFFSET ?",
      ),
    ),
    listImportKeysExpired: due(
      select("importKeys", "expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?"),
    ),
    listKeyMaterialsOfAnyAccount: select(
      "keyMaterials",
      "reference = ? AND region = ? AND key_id = ? LIMIT 1",
    ),
    listKeyMaterials: select(
      "keyMaterials",
      "account_id = ? AND region = ? AND key_id = ? ORDER BY generation",
    ),

    ...keyStoreQueries(select),

    listAliases: paged(
      select(
        "aliases",
        "account_id = ? AND region = ? AND alias_name > ? ORDER BY alias_name LIMIT ?",
      ),
    ),
    listAliasesOfKey: paged(
      select(
        "aliases",
        "account_id = ? AND region = ? AND target_key_id = ? AND alias_name > ? ORDER BY alias_name LIMIT ?",
      ),
    ),
    ...grantQueries(database),
    listOutbox: outboxOf(database),
    isErasureDue: erasureOf(database),
  };
}

function identityQueries(database: DatabaseSync) {
  const select = selectsOf(database);
  const named = "account_id = ? AND folded_name = ?";
  const byName = "account_id = ? AND folded_name > ? ORDER BY folded_name LIMIT ?";
  const linked = prepareRows(
    database,
    `SELECT DISTINCT identity_id ${toTarget} AND identity_id > ? ORDER BY identity_id LIMIT ?`,
  );
  const counted = prepareRows(database, `SELECT count(DISTINCT identity_id) ${toTarget}`);
  return {
    findUserNamed: select("users", named),
    listUsers: paged(select("users", byName)),
    findRoleNamed: select("roles", named),
    listRoles: paged(select("roles", byName)),
    findGroupNamed: select("groups", named),
    listGroups: paged(select("groups", byName)),
    findManagedPolicyNamed: select("managedPolicies", named),
    listManagedPolicies: paged(select("managedPolicies", byName)),
    listLinked: paged((...values: readonly SqlValue[]): readonly string[] => {
      const rows = linked.all(...values) as unknown as readonly [string][];
      return rows.map(([identityId]) => identityId);
    }),
    countLinked(...values: readonly SqlValue[]): number {
      const [count] = counted.get(...values) as unknown as readonly number[];
      return count ?? 0;
    },
  };
}

const toTarget =
  "FROM identity_links WHERE account_id = ? AND target_id = ? " +
  "AND relation IN (SELECT value FROM json_each(?))";

export function linkTargetValues({ accountId, targetId, relations }: LinkTarget): string[] {
  return [accountId, targetId, JSON.stringify(relations)];
}

function grantQueries(database: DatabaseSync) {
  const select = selectsOf(database);
  return {
    findGrantByRequest: select(
      "grants",
      "account_id = ? AND region = ? AND key_id = ? AND request_hash = ?",
    ),
    ...termsQueries(database),
    listGrants: paged(
      select(
        "grants",
        "account_id = ? AND region = ? AND key_id = ? AND grant_id > ? ORDER BY grant_id LIMIT ?",
      ),
    ),
    listGrantsOfGrantee: paged(
      select(
        "grants",
        `${ofGrantee} AND grant_id > ? ORDER BY grant_id LIMIT ?`,
        "grants_by_grantee",
      ),
    ),
    listRetirableGrants: paged(
      select("grants", "region = ? AND retiring = ? AND grant_id > ? ORDER BY grant_id LIMIT ?"),
    ),
  };
}

function keyStoreQueries(select: ReturnType<typeof selectsOf>) {
  return {
    listCustomKeyStores: paged(
      select(
        "customKeyStores",
        "account_id = ? AND region = ? AND custom_key_store_id > ? ORDER BY custom_key_store_id LIMIT ?",
      ),
    ),
    listCustomKeyStoresOnTheirWay: select(
      "customKeyStores",
      `connection_state IN ('CONNECTING', 'DISCONNECTING')
         ORDER BY account_id, region, custom_key_store_id LIMIT ?`,
    ),
    listKeyStoresOfCluster: select("customKeyStores", "account_id = ? AND cluster_id = ?"),
    listFirstKeyInStore: select(
      "keys",
      "account_id = ? AND region = ? AND custom_key_store_id = ? LIMIT 1",
    ),
    listKeysOfExternalKey: select(
      "keys",
      "account_id = ? AND region = ? AND custom_key_store_id = ? AND xks_key_id = ?",
    ),
  };
}

/** The columns of a KeyName, in the order in which every index has them. */
export function keyNameValues({ accountId, region, keyId }: KeyName): [string, string, string] {
  return [accountId, region, keyId];
}

export function keyStoreNameValues(name: CustomKeyStoreName): [string, string, string] {
  return [name.accountId, name.region, name.customKeyStoreId];
}

type Select<Stored> = (...values: readonly SqlValue[]) => readonly Stored[];

function prepareRows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

/** Rows as node:sqlite gives them once it is asked for arrays. */
type Row = readonly SqlValue[];

function selectsOf(database: DatabaseSync) {
  return <Table extends TableName>(
    table: Table,
    where: string,
    index?: string,
  ): Select<Tables[Table]> => {
    const description = tables[table];
    const columns = Object.keys(description.columns).map(columnName).join(", ");
    const by = index === undefined ? "" : `INDEXED BY ${index} `;
    const sql = `SELECT ${columns} FROM ${description.name} ${by}WHERE ${where}`;
    const statement = prepareRows(database, sql);
    return (...values) => {
      const rows = statement.all(...values) as unknown as readonly Row[];
      return rows.map((row) => fromRow<Tables[Table]>(description, row));
    };
  };
}

type Finds = {
  readonly [Table in TableName]: (primaryKey: readonly SqlValue[]) => Tables[Table] | undefined;
};

/** For every table, how to find a record by its primary key. */
function findsOf(database: DatabaseSync): Finds {
  const select = selectsOf(database);
  const find = <Table extends TableName>(table: Table) => {
    const rows = select(table, isThis(tables[table]));
    return (values: readonly SqlValue[]): Tables[Table] | undefined => rows(...values)[0];
  };
  return {
    accounts: find("accounts"),
    accessKeys: find("accessKeys"),
    users: find("users"),
    roles: find("roles"),
    groups: find("groups"),
    managedPolicies: find("managedPolicies"),
    domainKeys: find("domainKeys"),
    keys: find("keys"),
    customKeyStores: find("customKeyStores"),
    keyMaterials: find("keyMaterials"),
    importKeys: find("importKeys"),
    aliases: find("aliases"),
    grants: find("grants"),
    clocks: find("clocks"),
    keyLastUsages: find("keyLastUsages"),
  };
}

function existsMaterial(database: DatabaseSync): (reference: string) => boolean {
  const statement = database.prepare("SELECT 1 FROM key_materials WHERE reference = ? LIMIT 1");
  return (reference) => statement.get(reference) !== undefined;
}

function keyIdsOf(database: DatabaseSync): Select<string> {
  const statement = prepareRows(
    database,
    "SELECT key_id FROM keys WHERE account_id = ? AND region = ? AND key_id > ? ORDER BY key_id LIMIT ?",
  );
  return (...values) => {
    const rows = statement.all(...values) as unknown as readonly [string][];
    return rows.map(([keyId]) => keyId);
  };
}

/** To look at more terms than this for one decision would hold up all others. */
const maxTerms = 1_000;

const ofGrantee = "account_id = ? AND region = ? AND key_id = ? AND grantee = ?";
const inContext = `${ofGrantee} AND context_key <> ''`;
/** Named, for left to itself the planner reads all grants of the key. */
const byContext = "grants INDEXED BY grants_by_context";

/**
 * A key may have tens of thousands of grants to one grantee. Those that say the same are
 * read once, and those that ask for something of the request only when it has that.
 */
function termsQueries(database: DatabaseSync) {
  const inSomeContext = database.prepare(`SELECT 1 FROM ${byContext} WHERE ${inContext} LIMIT 1`);
  const toDescribe = database.prepare(
    `SELECT 1 FROM grants INDEXED BY grants_to_describe WHERE ${inContext} AND instr(operations, '"DescribeKey"') > 0 AND context_key >= ? AND context_key < ? LIMIT 1`,
  );
  const inAnyContext = termsFrom(
    database,
    `FROM grants INDEXED BY grants_in_any_context WHERE ${ofGrantee} AND context_key = '' LIMIT ${maxTerms}`,
  );
  const counted = prepareRows(
    database,
    `SELECT count(*) FROM (SELECT 1 FROM ${byContext} WHERE ${inContext} AND context_key = ? LIMIT 1000)`,
  );
  return {
    granteeTerms: (...values: readonly SqlValue[]): GranteeTerms => ({
      inAnyContext: inAnyContext(...values),
      inSomeContext: inSomeContext.get(...values) !== undefined,
    }),
    // The join keeps this order: each key is looked up, whatever the planner thinks of it.
    termsInContext: termsFrom(
      database,
      `FROM json_each(?) CROSS JOIN ${byContext} WHERE ${inContext} AND context_key = value AND instr(operations, ?) > 0 LIMIT ${maxTerms}`,
    ),
    hasGrantToDescribe: (...values: readonly SqlValue[]): boolean =>
      toDescribe.get(...values) !== undefined,
    countGrantsInContext(...values: readonly string[]): number {
      const [count] = counted.get(...values) as unknown as readonly number[];
      return count ?? 0;
    },
  };
}

function termsFrom(database: DatabaseSync, from: string): Select<GrantTerms> {
  const statement = prepareRows(database, `SELECT DISTINCT operations, constraints ${from}`);
  return (...values) => {
    const rows = statement.all(...values) as unknown as readonly Row[];
    return rows.map((row) => fromRow(terms, row));
  };
}

const terms: TableDescription<GrantTerms> = {
  name: tables.grants.name,
  mutability: tables.grants.mutability,
  primaryKey: [],
  columns: { operations: "json", constraints: "json" },
};

/** The names of keys in such a state whose time has come, in the order of that time. */
function dueKeysOf(
  database: DatabaseSync,
  time: "deletion_at_ms" | "next_rotation_at_ms",
  state: string,
) {
  const statement = prepareRows(
    database,
    `SELECT account_id, region, key_id FROM keys WHERE ${time} <= ? AND ${state} ` +
      `ORDER BY ${time} LIMIT ? OFFSET ?`,
  );
  return (nowMs: number, { after, limit }: Part): readonly KeyName[] => {
    const rows = statement.all(nowMs, pageLength(limit), after);
    return (rows as unknown as readonly [string, string, string][]).map(
      ([accountId, region, keyId]) => ({ accountId, region, keyId }),
    );
  };
}

function outboxOf(database: DatabaseSync): () => readonly OutboxEntry[] {
  const statement = prepareRows(database, "SELECT event_id, line FROM outbox ORDER BY sequence");
  return () => {
    const rows = statement.all() as unknown as readonly [string, string][];
    return rows.map(([eventId, line]) => ({ eventId, line }));
  };
}

function erasureOf(database: DatabaseSync): () => boolean {
  const statement = database.prepare("SELECT erasure_due AS due FROM meta");
  return () => statement.get()?.["due"] === 1;
}

/** No sort key is empty, so the first page is what comes after the empty string. */
function paged<Stored>(select: Select<Stored>) {
  return (values: readonly SqlValue[], { after, limit }: Page): readonly Stored[] =>
    select(...values, after ?? "", pageLength(limit));
}

function partly<Stored>(select: Select<Stored>) {
  return (nowMs: number, { after, limit }: Part): readonly Stored[] =>
    select(nowMs, pageLength(limit), after);
}

function due<Stored>(select: Select<Stored>) {
  return (nowMs: number, limit: number): readonly Stored[] => select(nowMs, pageLength(limit));
}

/** SQLite takes a negative limit for no limit. */
function pageLength(limit: number): number {
  if (Number.isInteger(limit) && limit >= 0 && limit <= maxPageLength) return limit;
  throw new RangeError(`a page has 0 to ${maxPageLength} items, not ${limit}`);
}
