import type { Migration } from "./migrations.ts";

/**
 * Managed policies, groups, and which of them an identity has. An identity's record says that
 * itself; identity_links is the way back, an index that SQLite has no other form for.
 */
export const policiesAndGroups: Migration = `
CREATE TABLE managed_policies (
  policy_id          TEXT NOT NULL PRIMARY KEY CHECK (policy_id <> ''),
  account_id         TEXT NOT NULL,
  policy_name        TEXT NOT NULL CHECK (policy_name <> ''),
  folded_name        TEXT NOT NULL,
  path               TEXT NOT NULL,
  description        TEXT,
  default_version_id TEXT NOT NULL,
  versions           TEXT NOT NULL,
  versions_made      INTEGER NOT NULL CHECK (versions_made > 0),
  created_at_ms      INTEGER NOT NULL,
  updated_at_ms      INTEGER NOT NULL,
  row_version        INTEGER NOT NULL CHECK (row_version > 0),
  UNIQUE (account_id, folded_name)
) STRICT;

CREATE TABLE groups (
  group_id          TEXT NOT NULL PRIMARY KEY CHECK (group_id <> ''),
  account_id        TEXT NOT NULL,
  group_name        TEXT NOT NULL CHECK (group_name <> ''),
  folded_name       TEXT NOT NULL,
  path              TEXT NOT NULL,
  policies          TEXT NOT NULL,
  attached_policies TEXT NOT NULL,
  created_at_ms     INTEGER NOT NULL,
  row_version       INTEGER NOT NULL CHECK (row_version > 0),
  UNIQUE (account_id, folded_name)
) STRICT, WITHOUT ROWID;

ALTER TABLE users ADD COLUMN attached_policies TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN group_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN permissions_boundary TEXT;
ALTER TABLE roles ADD COLUMN attached_policies TEXT NOT NULL DEFAULT '[]';
ALTER TABLE roles ADD COLUMN permissions_boundary TEXT;

CREATE TABLE identity_links (
  account_id  TEXT NOT NULL,
  target_id   TEXT NOT NULL,
  relation    TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  PRIMARY KEY (account_id, target_id, relation, identity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_links_by_identity ON identity_links (identity_id, relation);

${kept("users", "user_id", "attached", "attached_policies")}
${kept("users", "user_id", "member", "group_ids")}
${kept("users", "user_id", "boundary", "permissions_boundary")}
${kept("groups", "group_id", "attached", "attached_policies")}
${kept("roles", "role_id", "attached", "attached_policies")}
${kept("roles", "role_id", "boundary", "permissions_boundary")}
`;

/** Keeps the way back from a column that names policies or groups. */
function kept(table: string, id: string, relation: string, column: string): string {
  const list = column === "permissions_boundary" ? `json_array(NEW.${column})` : `NEW.${column}`;
  const drop = `DELETE FROM identity_links WHERE identity_id = OLD.${id} AND relation = '${relation}';`;
  const add = `INSERT INTO identity_links
    SELECT NEW.account_id, value, '${relation}', NEW.${id} FROM json_each(${list})
    WHERE value IS NOT NULL;`;
  const name = `${table}_${relation}`;
  return `
CREATE TRIGGER ${name}_inserted AFTER INSERT ON ${table} BEGIN ${add} END;
CREATE TRIGGER ${name}_updated AFTER UPDATE ON ${table} WHEN OLD.${column} IS NOT NEW.${column}
  BEGIN ${drop} ${add} END;
CREATE TRIGGER ${name}_deleted AFTER DELETE ON ${table} BEGIN ${drop} END;`;
}
