import type { Migration } from "./migrations.ts";

/**
 * Custom key stores of type AWS_CLOUDHSM beside the external ones. A column that is NOT NULL
 * stays so in SQLite, so the table is made anew.
 */
export const tokenKeyStores: Migration = `
CREATE TABLE custom_key_stores_of_types (
  account_id            TEXT NOT NULL,
  region                TEXT NOT NULL,
  custom_key_store_id   TEXT NOT NULL CHECK (custom_key_store_id <> ''),
  custom_key_store_name TEXT NOT NULL,
  connection_state      TEXT NOT NULL CHECK (connection_state IN
    ('CONNECTED', 'CONNECTING', 'FAILED', 'DISCONNECTED', 'DISCONNECTING')),
  connection_error_code TEXT,
  custom_key_store_type TEXT NOT NULL,
  uri_endpoint          TEXT COLLATE NOCASE,
  uri_path              TEXT,
  access_key_id         TEXT,
  cluster_id            TEXT,
  trust_anchor          TEXT,
  wrapped_secret        BLOB NOT NULL,
  created_at_ms         INTEGER NOT NULL,
  row_version           INTEGER NOT NULL CHECK (row_version > 0),
  PRIMARY KEY (account_id, region, custom_key_store_id),
  UNIQUE (account_id, region, custom_key_store_name),
  UNIQUE (account_id, region, uri_endpoint, uri_path),
  UNIQUE (account_id, cluster_id),
  CHECK (CASE custom_key_store_type
    WHEN 'EXTERNAL_KEY_STORE' THEN uri_endpoint IS NOT NULL AND uri_path IS NOT NULL
      AND access_key_id IS NOT NULL AND cluster_id IS NULL AND trust_anchor IS NULL
    WHEN 'AWS_CLOUDHSM' THEN uri_endpoint IS NULL AND uri_path IS NULL
      AND access_key_id IS NULL AND cluster_id IS NOT NULL AND trust_anchor IS NOT NULL
    ELSE 0 END)
) STRICT, WITHOUT ROWID;

INSERT INTO custom_key_stores_of_types
  SELECT account_id, region, custom_key_store_id, custom_key_store_name, connection_state,
    connection_error_code, 'EXTERNAL_KEY_STORE', uri_endpoint, uri_path, access_key_id, NULL,
    NULL, wrapped_secret, created_at_ms, row_version
  FROM custom_key_stores;

DROP TABLE custom_key_stores;
ALTER TABLE custom_key_stores_of_types RENAME TO custom_key_stores;

CREATE INDEX custom_key_stores_on_their_way
  ON custom_key_stores (account_id, region, custom_key_store_id)
  WHERE connection_state IN ('CONNECTING', 'DISCONNECTING');
`;
