import type { Migration } from "./migrations.ts";

/** IAM users, and whose an access key is: no user's means the account's root identity's. */
export const users: Migration = `
CREATE TABLE users (
  user_id       TEXT NOT NULL PRIMARY KEY CHECK (user_id <> ''),
  account_id    TEXT NOT NULL,
  user_name     TEXT NOT NULL CHECK (user_name <> ''),
  folded_name   TEXT NOT NULL,
  path          TEXT NOT NULL,
  policies      TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  row_version   INTEGER NOT NULL CHECK (row_version > 0),
  UNIQUE (account_id, folded_name)
) STRICT, WITHOUT ROWID;

ALTER TABLE access_keys ADD COLUMN user_id TEXT;

CREATE INDEX access_keys_by_user ON access_keys (account_id, user_id, access_key_id);
`;
