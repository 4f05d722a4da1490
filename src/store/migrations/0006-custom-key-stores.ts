import type { Migration } from "./migrations.ts";

/** Custom key stores, and which of them a key is in. */
export const customKeyStores: Migration = `
CREATE TABLE custom_key_stores (
  account_id            TEXT NOT NULL,
  region                TEXT NOT NULL,
  custom_key_store_id   TEXT NOT NULL CHECK (custom_key_store_id <> ''),
  custom_key_store_name TEXT NOT NULL,
  connection_state      TEXT NOT NULL CHECK (connection_state IN
    ('CONNECTED', 'CONNECTING', 'FAILED', 'DISCONNECTED', 'DISCONNECTING')),
  connection_error_code TEXT,
  uri_endpoint          TEXT NOT NULL COLLATE NOCASE,
  uri_path              TEXT NOT NULL,
  access_key_id         TEXT NOT NULL,
  wrapped_secret        BLOB NOT NULL,
  created_at_ms         INTEGER NOT NULL,
  row_version           INTEGER NOT NULL CHECK (row_version > 0),
  PRIMARY KEY (account_id, region, custom_key_store_id),
  UNIQUE (account_id, region, custom_key_store_name),
  UNIQUE (account_id, region, uri_endpoint, uri_path)
) STRICT, WITHOUT ROWID;

CREATE INDEX custom_key_stores_on_their_way
  ON custom_key_stores (account_id, region, custom_key_store_id)
  WHERE connection_state IN ('CONNECTING', 'DISCONNECTING');

ALTER TABLE keys ADD COLUMN custom_key_store_id TEXT;
ALTER TABLE keys ADD COLUMN xks_key_id TEXT;

CREATE UNIQUE INDEX keys_in_custom_key_stores
  ON keys (account_id, region, custom_key_store_id, xks_key_id)
  WHERE custom_key_store_id IS NOT NULL;
`;
