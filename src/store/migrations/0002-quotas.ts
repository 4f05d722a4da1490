import type { Migration } from "./migrations.ts";

/** What is counted while a commit waits has to be counted from an index. */
export const quotas: Migration = `
DROP INDEX keys_of_customers;
CREATE INDEX keys_by_manager ON keys (account_id, region, key_manager);
`;
