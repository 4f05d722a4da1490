import type { Migration } from "./migrations.ts";

/** How far time is known to have gone, so that a clock which jumps is noticed. */
export const clock: Migration = `
CREATE TABLE clocks (
  name             TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
  seen_at_ms       INTEGER NOT NULL,
  elapsed_ms       INTEGER NOT NULL,
  boot_id          TEXT,
  doubted_since_ms INTEGER,
  lead_ms          INTEGER,
  CHECK ((doubted_since_ms IS NULL) = (lead_ms IS NULL))
) STRICT, WITHOUT ROWID;
`;
