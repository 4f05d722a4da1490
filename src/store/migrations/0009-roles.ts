import type { Migration } from "./migrations.ts";

/** IAM roles: who may assume one, and what its sessions may do. */
export const roles: Migration = `
CREATE TABLE roles (
  role_id             TEXT NOT NULL PRIMARY KEY CHECK (role_id <> ''),
  account_id          TEXT NOT NULL,
  role_name           TEXT NOT NULL CHECK (role_name <> ''),
  folded_name         TEXT NOT NULL,
  path                TEXT NOT NULL,
  description         TEXT,
  trust_policy        TEXT NOT NULL,
  trusted_ids         TEXT NOT NULL,
  policies            TEXT NOT NULL,
  tags                TEXT NOT NULL,
  max_session_seconds INTEGER NOT NULL,
  created_at_ms       INTEGER NOT NULL,
  row_version         INTEGER NOT NULL CHECK (row_version > 0),
  UNIQUE (account_id, folded_name)
) STRICT, WITHOUT ROWID;
`;
