import type { Migration } from "./migrations.ts";

/** The tables of tables.ts, the outbox, and the marks of the store itself. */
export const records: Migration = `
CREATE TABLE meta (
  only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
  mode          TEXT NOT NULL CHECK (mode IN ('serve', 'dev')),
  created_at_ms INTEGER NOT NULL,
  erasure_due   INTEGER NOT NULL DEFAULT 0 CHECK (erasure_due IN (0, 1))
) STRICT;

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL UNIQUE,
  line     TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
  account_id    TEXT NOT NULL PRIMARY KEY CHECK (account_id <> ''),
  name          TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  row_version   INTEGER NOT NULL CHECK (row_version > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_keys (
  access_key_id  TEXT NOT NULL PRIMARY KEY CHECK (access_key_id <> ''),
  account_id     TEXT NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')),
  wrapped_secret BLOB NOT NULL,
  created_at_ms  INTEGER NOT NULL,
  row_version    INTEGER NOT NULL CHECK (row_version > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_keys_by_account ON access_keys (account_id, access_key_id);

CREATE TABLE domain_keys (
  number        INTEGER NOT NULL PRIMARY KEY,
  wrapped       BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
  account_id           TEXT NOT NULL,
  region               TEXT NOT NULL,
  key_id               TEXT NOT NULL CHECK (key_id <> ''),
  key_spec             TEXT NOT NULL,
  key_usage            TEXT NOT NULL,
  origin               TEXT NOT NULL,
  key_manager          TEXT NOT NULL CHECK (key_manager IN ('CUSTOMER', 'AWS')),
  multi_region         INTEGER NOT NULL CHECK (multi_region IN (0, 1)),
  key_state            TEXT NOT NULL,
  description          TEXT NOT NULL,
  policy               TEXT NOT NULL,
  tags                 TEXT NOT NULL,
  created_at_ms        INTEGER NOT NULL,
  deletion_at_ms       INTEGER,
  pending_window_days  INTEGER,
  primary_region       TEXT,
  current_material     TEXT,
  rotation_period_days INTEGER,
  next_rotation_at_ms  INTEGER,
  on_demand_rotations  INTEGER NOT NULL,
  row_version          INTEGER NOT NULL CHECK (row_version > 0),
  PRIMARY KEY (account_id, region, key_id)
) STRICT;

CREATE INDEX keys_of_customers ON keys (account_id, region) WHERE key_manager = 'CUSTOMER';
CREATE INDEX keys_by_deletion ON keys (deletion_at_ms) WHERE deletion_at_ms IS NOT NULL;
CREATE INDEX keys_by_rotation ON keys (next_rotation_at_ms) WHERE next_rotation_at_ms IS NOT NULL;

CREATE INDEX keys_of_id ON keys (account_id, key_id) WHERE multi_region = 1;

CREATE TABLE key_materials (
  account_id      TEXT NOT NULL,
  region          TEXT NOT NULL,
  key_id          TEXT NOT NULL,
  reference       TEXT NOT NULL CHECK (reference <> ''),
  key_material_id TEXT NOT NULL,
  wrapped         BLOB,
  public_key      BLOB,
  created_at_ms   INTEGER NOT NULL,
  generation      INTEGER NOT NULL CHECK (generation >= 0),
  rotation_type   TEXT CHECK (rotation_type IN ('AUTOMATIC', 'ON_DEMAND')),
  rotated_at_ms   INTEGER,
  description     TEXT,
  valid_to_ms     INTEGER,
  row_version     INTEGER NOT NULL CHECK (row_version > 0),
  PRIMARY KEY (account_id, region, key_id, reference),
  UNIQUE (account_id, region, key_id, generation),
  FOREIGN KEY (account_id, region, key_id) REFERENCES keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX key_materials_by_reference ON key_materials (reference);
CREATE INDEX key_materials_by_expiry ON key_materials (valid_to_ms)
  WHERE valid_to_ms IS NOT NULL AND wrapped IS NOT NULL;

CREATE TABLE import_keys (
  account_id         TEXT NOT NULL,
  region             TEXT NOT NULL,
  key_id             TEXT NOT NULL,
  import_id          TEXT NOT NULL CHECK (import_id <> ''),
  wrapped            BLOB NOT NULL,
  wrapping_algorithm TEXT NOT NULL,
  expires_at_ms      INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, key_id, import_id),
  FOREIGN KEY (account_id, region, key_id) REFERENCES keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX import_keys_by_expiry ON import_keys (expires_at_ms);

CREATE TABLE aliases (
  account_id    TEXT NOT NULL,
  region        TEXT NOT NULL,
  alias_name    TEXT NOT NULL CHECK (alias_name <> ''),
  target_key_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  row_version   INTEGER NOT NULL CHECK (row_version > 0),
  PRIMARY KEY (account_id, region, alias_name),
  FOREIGN KEY (account_id, region, target_key_id) REFERENCES keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_by_target ON aliases (account_id, region, target_key_id, alias_name);

CREATE TABLE key_last_usages (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  key_id     TEXT NOT NULL,
  operation  TEXT NOT NULL,
  used_at_ms INTEGER NOT NULL,
  event_id   TEXT NOT NULL,
  request_id TEXT NOT NULL,
  PRIMARY KEY (account_id, region, key_id),
  FOREIGN KEY (account_id, region, key_id) REFERENCES keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;
