import type { Migration } from "./migrations.ts";

/** Grants of one grantee are found by what a request has to bring along for them. */
export const grantContexts: Migration = `
ALTER TABLE grants ADD COLUMN context_key TEXT NOT NULL DEFAULT '';

CREATE INDEX grants_in_any_context ON grants
  (account_id, region, key_id, grantee, operations, constraints) WHERE context_key = '';
CREATE INDEX grants_by_context ON grants (account_id, region, key_id, grantee, context_key)
  WHERE context_key <> '';
CREATE INDEX grants_to_describe ON grants (account_id, region, key_id, grantee, context_key)
  WHERE context_key <> '' AND instr(operations, '"DescribeKey"') > 0;
`;
