import type { Migration } from "./migrations.ts";

/** Permissions to use a key, beside its policy: found by their key and whom they are given to. */
export const grants: Migration = `
CREATE TABLE grants (
  account_id    TEXT NOT NULL,
  region        TEXT NOT NULL,
  key_id        TEXT NOT NULL,
  grant_id      TEXT NOT NULL CHECK (grant_id <> ''),
  grantee       TEXT NOT NULL,
  retiring      TEXT,
  issuer        TEXT NOT NULL,
  name          TEXT NOT NULL,
  operations    TEXT NOT NULL,
  constraints   TEXT NOT NULL,
  request_hash  TEXT,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, key_id, grant_id),
  FOREIGN KEY (account_id, region, key_id) REFERENCES keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_grantee ON grants (account_id, region, key_id, grantee, grant_id);
CREATE INDEX grants_by_retiring ON grants (region, retiring, grant_id) WHERE retiring IS NOT NULL;
CREATE UNIQUE INDEX grants_by_request ON grants (account_id, region, key_id, request_hash)
  WHERE request_hash IS NOT NULL;
`;
